// A fresh process: the time to load Fastify, and besides it what the variant says, until the application is ready.
import { createRequire } from 'node:module'

const { variant } = JSON.parse(process.argv[2])
const require = createRequire(import.meta.url)
// Off the plugin's own folder: the TypeBox that it loads, also where the peers bring another.
const requireOfPlugin = createRequire(new URL('../dist/cjs/index.js', import.meta.url))
const TYPEBOX = ['@sinclair/typebox', '@sinclair/typebox/errors']
const options = { origin: ['https://app.example.com'], credentials: true }

const start = performance.now()
const app = require('fastify')()
const before = Object.keys(require.cache).length
switch (variant) {
  case 'TypeBox':
    for (const name of TYPEBOX) requireOfPlugin(name)
    break
  case 'what it loads':
    require('../dist/cjs/index.js')
    break
  case 'this plugin':
    app.register(require('../dist/cjs/index.js').default, options)
    break
  case '@fastify/cors':
    app.register(require('@fastify/cors'), options)
}
await app.ready()
console.log(JSON.stringify({ milliseconds: performance.now() - start, modules: Object.keys(require.cache).length - before }))
