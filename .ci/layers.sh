#!/usr/bin/env bash
# Runs the layers of `make test` in order and ends with a table: what ran, the result, how long it
# took, and why a layer did not run. With CI=true a layer
# that can't run is a failure. LAYERS chooses some: make test LAYERS="unit lint".
#
# A layer is a script in layers/: with the argument `needs` it prints what is
# missing to run it, or nothing; without, it runs, and fails if it finds a fault.
. "$(dirname "$0")/env.sh"

read -ra layers <<<"${LAYERS:-unit lint room provider simulate engines browser template deploy scan local readme}"
table=()
passed=0 failed=0 absent=0

bold='' plain=''
if [ -t 1 ]; then bold=$'\e[1m' plain=$'\e[0m'; fi

for layer in "${layers[@]}"; do
	script=.ci/layers/$layer.sh
	[ -e "$script" ] || die "no such layer: $layer"
	printf '\n%s== %s: %s%s\n' "$bold" "$layer" "$(sed -n '2s/^# //p' "$script")" "$plain"
	begin=$SECONDS
	missing=$(bash "$script" needs) || missing="can't tell what it needs"
	if [ -n "$missing" ]; then
		echo "not run: $missing"
		result="not run" absent=$((absent + 1))
	elif bash "$script"; then
		result=passed passed=$((passed + 1))
	else
		result=FAILED failed=$((failed + 1))
	fi
	table+=("$(printf '%-10s %-8s %5d s  %s' "$layer" "$result" $((SECONDS - begin)) "$missing")")
done

printf '\n%s%-10s %-8s %7s%s\n' "$bold" layer result time "$plain"
printf '%s\n' "${table[@]}"
if in_ci; then failed=$((failed + absent)); fi
printf '\n%s\n' "layers: $passed passed, $failed failed"
[ "$failed" = 0 ]
