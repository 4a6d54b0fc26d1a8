// Runs a command against dynalite: `node run.js go test ./...`.
//
// The command finds the endpoint in DDB_ENDPOINT and "dynalite" in DDB_TARGET.
// dynalite lives in this process, on a free port of 127.0.0.1 and in memory,
// so it ends with it, however that happens. A command that succeeds without
// having sent dynalite a single request is a failure: it tested something else.
//
// A request that dynalite does not survive cuts all connections. dynalite then
// starts anew, empty, on the same port; the command notices and counts.
'use strict'

const { spawn } = require('node:child_process')
const { constants } = require('node:os')
const dynalite = require('dynalite')

const [command, ...args] = process.argv.slice(2)
if (!command) {
  console.error('usage: node run.js COMMAND [ARGUMENT...]')
  process.exit(2)
}

let requests = 0
let crashes = 0
let server
process.on('uncaughtException', err => {
  if (!server?.listening) fail(err)
  crashes++
  const { port } = server.address()
  server.close(() => start(port, () => {}))
  server.closeAllConnections()
})
start(0, run)

function start (port, then) {
  server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  server.on('request', () => { requests++ })
  server.on('error', fail)
  server.listen(port, '127.0.0.1', then)
}

function run () {
  const endpoint = `http://127.0.0.1:${server.address().port}`
  const env = { ...process.env, DDB_ENDPOINT: endpoint, DDB_TARGET: 'dynalite' }
  const child = spawn(command, args, { stdio: 'inherit', env })
  child.on('error', fail)
  child.on('exit', (code, signal) => finish(code ?? 128 + constants.signals[signal]))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal))
  }
}

function finish (code) {
  console.log(`dynalite answered ${requests} requests and crashed ${crashes} times`)
  if (code === 0 && requests === 0) fail(new Error('the command sent dynalite nothing'))
  process.exit(code)
}

function fail (err) {
  console.error(`dynalite: ${err.message}`)
  process.exit(1)
}
