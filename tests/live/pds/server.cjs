// The reference Bluesky server and the directory of identities it needs, on the ports and in the folder it is given.
// Prints one line of JSON when both listen, and ends when its standard input does.
'use strict'
const { PlcServer, MockDatabase } = require('@did-plc/server')
const { PDS, envToCfg, envToSecrets } = require('@atproto/pds')

async function main() {
  const [folder, plcPort, pdsPort] = process.argv.slice(2)
  const directory = PlcServer.create({ db: new MockDatabase(), port: Number(plcPort) })
  await directory.start()

  const env = {
    port: Number(pdsPort),
    hostname: 'localhost',
    devMode: true,
    inviteRequired: false,
    disableSsrfProtection: true,
    rateLimitsEnabled: process.env.PDS_RATE_LIMITS === 'on',
    serviceHandleDomains: ['.test'],
    didPlcUrl: `http://127.0.0.1:${plcPort}`,
    dataDirectory: folder,
    blobstoreDiskLocation: `${folder}/blobs`,
    // Nobody else ever sees this server, so its secrets are none.
    adminPassword: 'admin-pass',
    jwtSecret: 'jwt-secret',
    plcRotationKeyK256PrivateKeyHex: '1'.repeat(64),
    crawlers: [],
    trustedOAuthClients: [],
    handleBackupNameservers: [],
    rateLimitBypassIps: [],
  }
  const pds = await PDS.create(envToCfg(env), envToSecrets(env))
  await pds.start()
  console.log(JSON.stringify({ url: `http://localhost:${pdsPort}` }))

  process.stdin.resume()
  process.stdin.on('end', () => process.exit(0))
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
