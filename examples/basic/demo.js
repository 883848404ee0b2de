import cors, { validateCorsOptions } from 'fastify-cors-policy'
import { Lab } from './lab.js'
import { buildPage } from './page.js'

const servers = []

async function start () {
  const settings = {}
  const lab = new Lab(cors)
  const page = await listen(buildPage(lab, validateCorsOptions, () => settings), 'PAGE_PORT', 5173)
  const other = await listen(buildPage(lab, validateCorsOptions, () => settings), 'REFUSED_PORT', 5174)
  const origin = process.env.ALLOWED_ORIGINS ?? page
  // maxAge: 0, so that each run shows its preflight. Leave it out in production: browsers then remember the answer.
  await lab.apply({ options: { origin, credentials: true, maxAge: 0 }, authentication: 'none' })
  const api = await listen(lab.server, 'API_PORT', 3000)
  Object.assign(settings, { api, pages: [page, other] })

  console.log(`
API         ${api}, allows ${origin}
Page        ${page}
Same page   ${other}, another origin

Three things to try:
1. Open ${page} and go through the lessons: each is a policy and a request. See what the browser
   does, what the server answers, and why; then let the page write the cure into the policy.
2. Write your own policy and request there. Mistakes in the policy show while you type; "Send from" chooses
   between the page's origin and the other one.
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
