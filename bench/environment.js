import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, loadavg, totalmem } from 'node:os'

const require = createRequire(import.meta.url)

const PACKAGES = ['fastify', '@fastify/cors', 'cors', '@fastify/middie', 'express', 'hono', '@hono/node-server', 'autocannon']

export function environment () {
  const [cpu] = cpus()
  return {
    date: new Date().toISOString(),
    node: process.version,
    v8: process.versions.v8,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    load: loadavg().map(load => load.toFixed(2)).join(' '),
    packages: Object.fromEntries(PACKAGES.map(name => [name, versionOf(name)]))
  }
}

/** Not every package lets its package.json be required: it is looked for where the package would be. */
function versionOf (name) {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')).version
    } catch {}
  }
  return 'not installed'
}
