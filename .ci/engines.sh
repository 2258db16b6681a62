#!/usr/bin/env bash
# DynamoDB Local, ElasticMQ and gofakes3, the engines that the suites run on.
#
#   engines.sh start DIR   fetches them on first use, starts them on loopback, and
#                          prints the variables that the tests read; DIR takes their
#                          logs and process ids; DYNAMODB_PORT, SQS_PORT and S3_PORT
#                          choose the ports; otherwise free ones are used
#   engines.sh stop DIR    stops what `start DIR` started
#   engines.sh fetch       only fetches them; with `unverified`, without checking their hashes
#
# The files of the first two are run only if each is one of .ci/locks/engines.sha256;
# gofakes3 is built from the modules that .ci/tools/go.sum locks.
. "$(dirname "$0")/env.sh"

dynamodb=software.amazon.dynamodb:DynamoDBLocal:3.1.0
elasticmq=org.elasticmq:elasticmq-server_2.13:1.7.1
unverified=

# fetch copies an artifact (group:name:version) and its dependencies into the cache, and prints the folder.
fetch() {
	local group artifact version dir work
	IFS=: read -r group artifact version <<<"$1"
	dir=$cache/$artifact-$version
	if [ ! -d "$dir" ]; then
		say "fetching $artifact $version into $dir (once)"
		work=$(mktemp -d "$cache/fetch.XXXXXX")
		cat >"$work/pom.xml" <<POM
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>webhookintake</groupId><artifactId>engine</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies><dependency>
    <groupId>$group</groupId><artifactId>$artifact</artifactId><version>$version</version>
  </dependency></dependencies>
</project>
POM
		mvn --quiet --batch-mode --strict-checksums -f "$work/pom.xml" -DoutputDirectory="$work/jars" \
			org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies >&2
		[ -d "$dir" ] || mv "$work/jars" "$dir" # another run may have been first
		rm -rf "$work"
	fi
	[ -n "$unverified" ] || verify "$artifact-$version"
	echo "$dir"
}

# verify compares a folder of the cache with the lock file: each file exists, with its hash, and no
# others.
verify() {
	local lock=$root/.ci/locks/engines.sha256 found
	found=$(cd "$cache" && find "$1" -type f | LC_ALL=C sort | while read -r file; do
		printf '%s  %s\n' "$(digest <"$file")" "$file"
	done)
	if ! diff <(grep "  $1/" "$lock") <(echo "$found") >&2; then
		die "$cache/$1 is not what .ci/locks/engines.sha256 says (<): remove it, to fetch it again"
	fi
}

listens() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port FIRST: a free port among the 4000 from FIRST on, so that no two engines get the same.
free_port() {
	local port
	for _ in {1..50}; do
		port=$(($1 + RANDOM % 4000))
		listens "$port" || { echo "$port"; return; }
	done
	die "found no free port"
}

start() {
	local dir jars
	mkdir -p "$1"
	dir=$(cd "$1" && pwd)
	: >"$dir/pids"
	DYNAMODB_PORT=${DYNAMODB_PORT:-$(free_port 20000)}
	SQS_PORT=${SQS_PORT:-$(free_port 24000)}
	S3_PORT=${S3_PORT:-$(free_port 28000)}

	jars=$(fetch "$dynamodb")
	# It looks for files in its working folder, and reports its use unless told not to.
	(cd "$dir" && exec java -Xmx512m -Djava.library.path="$jars" -cp "$jars/*" \
		software.amazon.dynamodb.services.local.main.ServerRunner \
		-inMemory -disableTelemetry -port "$DYNAMODB_PORT") >"$dir/dynamodb.log" 2>&1 </dev/null &
	local dynamodb_pid=$!
	echo "$dynamodb_pid" >>"$dir/pids"

	jars=$(fetch "$elasticmq")
	cat >"$dir/elasticmq.conf" <<CONF
include classpath("application.conf")
node-address { host = "127.0.0.1", port = $SQS_PORT }
rest-sqs { bind-hostname = "127.0.0.1", bind-port = $SQS_PORT }
rest-stats.enabled = false
CONF
	(cd "$dir" && exec java -Xmx512m -Dconfig.file=elasticmq.conf -cp "$jars/*" \
		org.elasticmq.server.Main) >"$dir/elasticmq.log" 2>&1 </dev/null &
	local elasticmq_pid=$!
	echo "$elasticmq_pid" >>"$dir/pids"

	go build -modfile=.ci/tools/go.mod -o "$dir/gofakes3" github.com/johannesboyne/gofakes3/cmd/gofakes3
	(cd "$dir" && exec ./gofakes3 -backend memory -host "127.0.0.1:$S3_PORT") >"$dir/s3.log" 2>&1 </dev/null &
	local s3_pid=$!
	echo "$s3_pid" >>"$dir/pids"

	await "DynamoDB Local" "$dynamodb_pid" "$dir/dynamodb.log" listens "$DYNAMODB_PORT"
	await ElasticMQ "$elasticmq_pid" "$dir/elasticmq.log" listens "$SQS_PORT"
	await gofakes3 "$s3_pid" "$dir/s3.log" listens "$S3_PORT"
	echo "export WEBHOOK_TEST_DYNAMODB=http://127.0.0.1:$DYNAMODB_PORT"
	echo "export WEBHOOK_TEST_SQS=http://127.0.0.1:$SQS_PORT"
	echo "export WEBHOOK_TEST_S3=http://127.0.0.1:$S3_PORT"
}

stop() {
	local pid
	[ -e "$1/pids" ] || return 0
	while read -r pid; do kill "$pid" 2>/dev/null || true; done <"$1/pids"
	rm -f "$1/pids"
}

case ${1:-} in
start) start "${2:?a folder for logs and process ids}" ;;
stop) stop "${2:?the folder given to start}" ;;
fetch)
	if [ "${2:-}" = unverified ]; then unverified=true; fi
	fetch "$dynamodb" >/dev/null
	fetch "$elasticmq" >/dev/null
	;;
*) die "usage: engines.sh start DIR|stop DIR|fetch" ;;
esac
