#!/usr/bin/env bash
# Writes the lock files again: what .ci installs from PyPI, npm and Maven, with all dependencies,
# each file with its hash. Change a version below, run it, and look at
# what else changed. Needs uv, Python 3.11, npm and Maven.
. "$(dirname "$0")/../env.sh"

python=(sam:aws-sam-cli==1.170.0 checkov:checkov==3.3.30 parliament:parliament==1.6.4
	ministack:ministack==1.5.33,aws-sam-translator==1.115.0,awscli==1.46.3)
npm=@aws/cloudformation-validate@1.9.0-beta

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for entry in "${python[@]}"; do
	say "locking ${entry#*:}"
	uv pip compile --quiet --universal --python-version 3.10 --only-binary :all: --format pylock.toml \
		- --output-file "$work/pylock.toml" --upgrade < <(tr , '\n' <<<"${entry#*:}") >/dev/null
	python3 .ci/locks/wheels.py "$work/pylock.toml" >".ci/locks/${entry%%:*}.txt"
done

say "locking $npm"
mkdir "$work/locks"
npm install --prefix "$work/locks" --silent --package-lock-only --omit-lockfile-registry-resolved --save-exact "$npm"
cp "$work"/locks/package*.json .ci/locks/

say "locking the engines"
rm -rf "$cache"/{DynamoDBLocal,elasticmq-server}*
bash .ci/engines.sh fetch unverified
(cd "$cache" && find DynamoDBLocal-* elasticmq-server* -type f | LC_ALL=C sort | while read -r file; do
	printf '%s  %s\n' "$(digest <"$file")" "$file"
done) >.ci/locks/engines.sha256
