#!/bin/sh
# Runs a command against AWS's DynamoDB Local: dynamodb-local.sh go test ./...
#
# The command finds the endpoint in DDB_ENDPOINT and "dynamodb-local" in
# DDB_TARGET. Nothing of the server is part of this repository: it is taken from
# the npm package that ships it, into a folder that git ignores.
set -eu

package=amplify-dynamodb-simulator@2.9.30 # its folder emulator/ is DynamoDB Local 1.25.1
sha512=xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==
folder=.tools/dynamodb-local
port=8010

die() {
	echo "dynamodb-local: $*" >&2
	exit 1
}

fetch() {
	for tool in java npm node tar; do
		command -v $tool >/dev/null || die "$tool is needed and not installed"
	done
	[ ! -f $folder/DynamoDBLocal.jar ] || return 0
	rm -rf $folder.new
	mkdir -p $folder.new
	npm pack --silent --pack-destination $folder.new $package
	got=$(node -p 'crypto.createHash("sha512").update(fs.readFileSync(process.argv[1])).digest("base64")' $folder.new/*.tgz)
	[ "$got" = $sha512 ] || die "$package is not the package that was pinned: its SHA-512 is $got"
	tar -xzf $folder.new/*.tgz -C $folder.new package/emulator
	mv $folder.new/package/emulator $folder
	rm -rf $folder.new
}

answers() {
	node -e "fetch('http://127.0.0.1:$port').then(() => process.exit(0), () => process.exit(1))"
}

# serve starts the server, runs the command and stops the server again.
serve() {
	! answers || die "something else answers on port $port; stop it first"
	# It writes a file into the folder it is started in.
	(cd $folder && exec java -Djava.library.path=DynamoDBLocal_lib -jar DynamoDBLocal.jar \
		-inMemory -disableTelemetry -port $port) &
	server=$!
	command=
	trap 'kill $command $server 2>/dev/null || true; wait $server || true' EXIT
	trap 'exit 130' INT
	trap 'exit 143' HUP TERM
	until answers; do
		kill -0 $server 2>/dev/null || die "the server did not start"
		sleep 0.2
	done
	# In the background, because a shell that waits for a command in the
	# foreground handles no signal until it ends.
	DDB_ENDPOINT=http://127.0.0.1:$port DDB_TARGET=dynamodb-local "$@" &
	command=$!
	wait $command
}

if [ "${1-}" = --inside-namespace ]; then
	shift
	ip link set lo up
	serve "$@"
	exit
fi

[ $# -gt 0 ] || die "usage: dynamodb-local.sh COMMAND [ARGUMENT...]"
cat <<EOF
DynamoDB Local is Amazon's and not open source: its license asks for an AWS
account in good standing. Read $folder/LICENSE.txt before you rely on it.
EOF
fetch
if unshare -rn ip link set lo up 2>/dev/null; then
	exec unshare -rn "$0" --inside-namespace "$@"
fi
echo "dynamodb-local: no network namespaces here: port $port is open on every interface of this machine while it runs" >&2
serve "$@"
