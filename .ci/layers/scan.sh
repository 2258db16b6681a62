#!/usr/bin/env bash
# the template before checkov, parliament and CloudFormation's own rules
. "$(dirname "$0")/../env.sh"

if [ "${1:-}" = needs ]; then
	python3 -c 'import venv, ensurepip' 2>/dev/null || echo "needs Python 3 with venv, to install checkov, parliament and SAM's translator"
	node=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/') || true
	[ "${node:-0}" -ge 20 ] && has npm || echo "needs Node 20 or later with npm, to install @aws/cloudformation-validate"
	exit 0
fi

checkov=$(python_env checkov)
# npm verifies each file's hash, and runs no install scripts.
modules=$cache/npm-$(digest <.ci/locks/package-lock.json | cut -c1-12)
if [ ! -e "$modules/complete" ]; then
	say "installing @aws/cloudformation-validate (once)"
	rm -rf "$modules"
	mkdir -p "$modules"
	cp .ci/locks/package.json .ci/locks/package-lock.json "$modules"
	npm ci --prefix "$modules" --silent --no-fund --no-audit --ignore-scripts >&2
	touch "$modules/complete"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$checkov/checkov" --file template.yaml --framework cloudformation --compact --quiet --skip-download |
	tee "$work/checkov"
grep -q ', Failed checks: 0,' "$work/checkov" || die "checkov found something"

# With every parameter set, the stack has the most resources.
sam_python=$(dirname "$(CI=true bash .ci/sam.sh)")/python
"$sam_python" .ci/scan/matrix.py "$work" everything
NODE_PATH=$modules/node_modules node .ci/scan/validate.mjs "$work/everything.json"
echo "CloudFormation's rules: nothing found in $(grep -c '"Type": "AWS::' "$work/everything.json") resources"
parliament=$(python_env parliament)
"$parliament/python" .ci/scan/policies.py "$work/everything.json"
