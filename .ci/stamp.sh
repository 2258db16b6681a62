#!/usr/bin/env bash
# Makes the next deploy publish versions of the functions when a parameter's value has
# changed and the code has not: SAM sees only the names of parameters, and the alias would stay on
# versions that have the old values.
#
#   stamp.sh DIR VALUES…    DIR: the output of `sam build`; VALUES: further options of the deploy
#
# It writes one hash of programs, template, samconfig.toml and VALUES into the built
# template, and prints it.
. "$(dirname "$0")/env.sh"

dir=${1:?the folder that sam build wrote}
shift
# The answers to a guided deploy are not known yet.
case " $* " in *" --guided "* | *" -g "*) set -- "$@" "$(date +%s)" ;; esac

hash=$({ cat "$dir"/*/bootstrap template.yaml samconfig.toml; printf '%s\n' "$@"; } | digest)
stamped=$(mktemp)
awk -v hash="$hash" '
	/^ *AutoPublishCodeSha256:/ { next }
	{ print }
	sub(/AutoPublishAliasAllProperties: true$/, "AutoPublishCodeSha256: " hash) { print }
' "$dir/template.yaml" >"$stamped"
[ "$(grep -c "AutoPublishCodeSha256: $hash" "$stamped")" = 3 ] || die "$dir/template.yaml: found no functions to stamp"
mv "$stamped" "$dir/template.yaml"
echo "$hash"
