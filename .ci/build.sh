#!/usr/bin/env bash
# Builds what is deployed.
#
#   build.sh ENV DIR ARGS…    ENV: a stage of samconfig.toml; DIR takes what is built;
#                             ARGS: the options for `sam deploy`
#
# A function must run on the processor that its program was built for. So the build reads the
# processor where the deploy does: from ARGS, otherwise from samconfig.toml. And it makes that
# processor the only value of Architecture in the built template, so that CloudFormation refuses any
# other, whoever deploys it.
. "$(dirname "$0")/env.sh"

env=${1:?a stage of samconfig.toml}
dir=${2:?the folder to build into}
shift 2

# given prints the parameters among the options, NAME=VALUE, one a line.
given() {
	local option is_parameter=
	for option in "$@"; do
		case $option in
		--parameter-overrides) is_parameter=1 ;;
		--parameter-overrides=*) is_parameter=1; printf '%s\n' "${option#*=}" ;; # SAM takes the words behind it as well
		-*) is_parameter= ;;
		*) if [ -n "$is_parameter" ]; then printf '%s\n' "$option"; fi ;;
		esac
	done | tr -s ' ' '\n' | tr -d "\\\\\"'" | sed -n 's/^ParameterKey=\([^,]*\),ParameterValue=/\1=/; /=/p'
}

# section prints one of the stage's sections of samconfig.toml: section COMMAND.
section() { sed -n "/^\[$env\.$1\.parameters\]/,/^\[/{/^ *#/d;p;}" samconfig.toml; }

# saved prints the processor that the stage's deploy section sets, as --guided saves it.
saved() { section deploy | sed -n 's/.*Architecture=[\\"]*\([A-Za-z0-9_]*\).*/\1/p'; }

# listed prints the parameters that a deploy of the stage has by samconfig.toml, NAME=VALUE.
listed() {
	local list
	list=$(section deploy | grep '^parameter_overrides') || list=$(section global | grep '^parameter_overrides') || return 0
	tr -d "\\\\\"'" <<<"${list#*=}" | grep -oE '[A-Za-z0-9]+=[^ ]*' | sed 's/[],]*$//'
}

# usual prints the default of a parameter of template.yaml.
usual() { sed -n "/^  $1:/,/^  [^ ]/s/^    Default: //p" template.yaml | tr -d "'"; }

# parameters prints the names in the section Parameters of template.yaml.
parameters() { sed -n '/^Parameters:/,/^[A-OQ-Z]/s/^  \([A-Za-z0-9]*\):.*/\1/p' template.yaml; }

# machine prints the processor of a program, which is byte 18 of an ELF header.
machine() {
	case $(od -An -tu1 -j18 -N1 "$1" | tr -d ' ') in
	62) echo x86_64 ;;
	183) echo arm64 ;;
	*) die "$1 is a program for neither x86_64 nor arm64" ;;
	esac
}

# bind makes a processor the only one that the built template accepts.
bind() {
	local template=$1 processor=$2 other=arm64 bound
	[ "$processor" = x86_64 ] || other=x86_64
	bound=$(mktemp)
	awk -v processor="$processor" -v other="$other" -v quote="'" '
		/^[^ ]/ { parameters = /^Parameters:/; ours = 0 }
		parameters && /^  [^ ]/ { ours = 0 }
		parameters && /^  Architecture:/ {
			print
			print "    Type: String"
			print "    Default: " processor
			print "    AllowedValues: [" processor "]"
			print "    ConstraintDescription: >-"
			print "      must be " processor ", which the programs were built for. To build and deploy them for " other ","
			print "      type: make deploy ARGS=" quote "--parameter-overrides Architecture=" other quote
			ours = 1
		}
		!ours
	' "$template" >"$bound"
	grep -q "^    AllowedValues: \[$processor\]" "$bound" || die "$template: found no parameter Architecture"
	cat "$bound" >"$template"
	rm -f "$bound"
}

for option in "$@"; do
	case $option in
	--config-env* | --config-file* | --template* | -t) die "$option: give the stage as ENV, as in: make deploy ENV=prod" ;;
	esac
done
stages=$(sed -n 's/^\[\([^].]*\)\..*/\1/p' samconfig.toml | sort -u)
grep -qxF -- "$env" <<<"$stages" || die "samconfig.toml has no stage $env. It has: $(xargs <<<"$stages")"

# Make exports what is typed behind its name, and nothing reads it.
for name in $(parameters); do
	[ -z "${!name+set}" ] || die "$name: give parameters in ARGS: make deploy ARGS='--parameter-overrides $name=${!name}'"
done
overrides=$(given "$@")
for name in $(sed 's/=.*//' <<<"$overrides"); do
	parameters | grep -qx "$name" || die "$name is not a parameter of template.yaml. It has: $(parameters | tr '\n' ' ')"
done
processor=$(sed -n 's/^Architecture=//p' <<<"$overrides" | tail -n 1)
case ${processor:=$(saved)} in
x86_64 | arm64) set -- --parameter-overrides "Architecture=$processor" ;;
'') set -- ;; # what samconfig.toml gives to every command of the stage
*) die "Architecture=$processor: give x86_64 or arm64" ;;
esac

# Static, without debug symbols, without the RPC server of the old Go runtime, and the
# same bytes from every checkout.
export CGO_ENABLED=0 GOFLAGS='-tags=lambda.norpc -ldflags=-s -ldflags=-w -buildvcs=false'
sam=$(bash .ci/sam.sh)
"$sam" build --config-env "$env" --build-dir "$dir" "$@"

built=$(machine "$dir/Ingest/bootstrap")
for program in "$dir"/*/bootstrap; do
	[ "$(machine "$program")" = "$built" ] || die "$dir has programs for different processors: make clean, then build again"
done
bind "$dir/template.yaml" "$built"

# --parameter-overrides takes the place of samconfig.toml's whole list.
lost=
[ -z "$overrides" ] || for pair in $(listed); do
	name=${pair%%=*}
	[ "$name" = Architecture ] || [ "${pair#*=}" = "$(usual "$name")" ] || grep -q "^$name=" <<<"$overrides" || lost+=" $pair"
done
[ -z "$lost" ] || say "--parameter-overrides takes the place of the list in samconfig.toml. If the stack is new, give these as well:$lost"
