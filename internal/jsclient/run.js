// Uses a server of the DynamoDB API as the toy store does, with AWS's SDK for
// JavaScript: `node run.js PROGRAM [ARGUMENT...]`.
//
// The program is started, its first line tells the address, and it must end
// well when it is told to stop. What the store asks of DynamoDB is in store.js.
'use strict'

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const readline = require('node:readline')
const { DynamoDBClient } = require('@aws-sdk/client-dynamodb')
const { checks } = require('./store.js')

const [command, ...args] = process.argv.slice(2)
if (!command) {
  console.error('usage: node run.js PROGRAM [ARGUMENT...]')
  process.exit(2)
}

const server = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
process.on('exit', () => server.kill())
main().catch(fail)

async function main () {
  const [line] = await Promise.race([once(readline.createInterface(server.stdout), 'line'), ended()])
  const endpoint = /http:\/\/[0-9.]+:[0-9]+/.exec(line)?.[0]
  if (!endpoint) throw new Error(`no address in the first line: ${line}`)
  const client = new DynamoDBClient({
    endpoint, region: 'us-east-1', credentials: { accessKeyId: 'nobody', secretAccessKey: 'nobody' }
  })
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check(client)
    } catch (err) {
      throw new Error(`${name}: ${err.message}`, { cause: err })
    }
    console.log(`ok  ${name}`)
  }
  client.destroy()
  const end = once(server, 'exit')
  server.kill('SIGTERM')
  const [code] = await end
  if (code !== 0) throw new Error(`the server ended with exit code ${code}`)
}

async function ended () {
  const [code] = await once(server, 'exit')
  throw new Error(`the server ended with exit code ${code}`)
}

function fail (err) {
  console.error(`jsclient: ${err.message}`)
  process.exit(1)
}
