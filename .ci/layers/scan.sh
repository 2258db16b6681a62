#!/usr/bin/env bash
# the template before checkov and before CloudFormation's own rules
. "$(dirname "$0")/../env.sh"

checkov=3.3.30
validate=1.9.0-beta

if [ "${1:-}" = needs ]; then
	python3 -c 'import venv, ensurepip' 2>/dev/null || echo "needs Python 3 with venv, to install checkov and SAM's translator"
	node=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/') || true
	[ "${node:-0}" -ge 20 ] && has npm || echo "needs Node 20 or later with npm, to install @aws/cloudformation-validate"
	exit 0
fi

if [ ! -e "$cache/checkov-$checkov/complete" ]; then
	say "installing checkov $checkov (once)"
	rm -rf "$cache/checkov-$checkov"
	python3 -m venv "$cache/checkov-$checkov"
	"$cache/checkov-$checkov/bin/pip" install --quiet --disable-pip-version-check "checkov==$checkov" >&2
	touch "$cache/checkov-$checkov/complete"
fi
if [ ! -e "$cache/cloudformation-validate-$validate/complete" ]; then
	say "installing @aws/cloudformation-validate $validate (once)"
	rm -rf "$cache/cloudformation-validate-$validate"
	npm install --silent --no-fund --no-audit --prefix "$cache/cloudformation-validate-$validate" "@aws/cloudformation-validate@$validate" >&2
	touch "$cache/cloudformation-validate-$validate/complete"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$cache/checkov-$checkov/bin/checkov" --file template.yaml --framework cloudformation --compact --quiet --skip-download |
	tee "$work/checkov"
grep -q ', Failed checks: 0,' "$work/checkov" || die "checkov found something"

# With every parameter in use there are the most resources.
sam_python=$(dirname "$(CI=true bash .ci/sam.sh)")/python
"$sam_python" .ci/scan/matrix.py "$work" everything
NODE_PATH=$cache/cloudformation-validate-$validate/node_modules node .ci/scan/validate.mjs "$work/everything.json"
echo "CloudFormation's rules: nothing found in $(grep -c '"Type": "AWS::' "$work/everything.json") resources"
