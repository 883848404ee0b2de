import cors from 'fastify-cors-policy'
import { buildApi } from './api.js'
import { buildPage } from './page.js'

const servers = []

async function start () {
  const settings = {}
  const page = await listen(buildPage(() => settings), 'PAGE_PORT', 5173)
  const other = await listen(buildPage(() => settings), 'REFUSED_PORT', 5174)
  const allowedOrigins = process.env.ALLOWED_ORIGINS ?? page
  const api = await listen(await buildApi(cors, { origin: allowedOrigins }), 'API_PORT', 3000)
  Object.assign(settings, { api, pages: [page, other], allowedOrigins })

  console.log(`
API         ${api}, allows ${allowedOrigins}
Page        ${page}
Same page   ${other}, another origin

Three things to try:
1. Open ${page} and see what the browser lets the page read.
2. Open ${other}: the same page and the same requests, from an origin that is refused by default.
3. Stop (Ctrl+C) and start with other origins. The second line is a mistake, and the plugin says why:
     ALLOWED_ORIGINS=${page},${other} npm run demo
     ALLOWED_ORIGINS='*' npm run demo

And a preflight without a browser:
  curl -i -X OPTIONS ${api}/notes/1 -H 'Origin: ${page}' -H 'Access-Control-Request-Method: PUT'
`)
}

/** Listens on the port that a variable names, and returns the origin. */
async function listen (app, variable, defaultPort) {
  const port = process.env[variable] || defaultPort
  servers.push(app)
  try {
    await app.listen({ host: 'localhost', port: Number(port) })
  } catch (error) {
    const reason = error.code === 'EADDRINUSE' ? 'is already taken' : `cannot be used (${error.code})`
    throw new Error(`Port ${port} ${reason}. Choose another: ${variable}=… npm run demo`, { cause: error })
  }
  return new URL(`http://localhost:${app.server.address().port}`).origin
}

async function stop () {
  await Promise.all(servers.map(server => server.close()))
}

try {
  await start()
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
} catch (error) {
  // Wrong ALLOWED_ORIGINS (the message lists everything that is wrong) or a port in use; else a bug, with its stack.
  console.error(error.code === 'CORS_INVALID_OPTIONS' || error.cause ? error.message : error)
  process.exitCode = 1
  await stop()
}
