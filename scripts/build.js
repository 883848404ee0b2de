// Builds dist/, the published form: dist/cjs is the implementation, dist/esm its names for `import`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const require = createRequire(import.meta.url)
const root = new URL('../', import.meta.url)
const tsc = require.resolve('typescript/bin/tsc')

async function compile (project) {
  const [status] = await once(spawn(process.execPath, [tsc, '-p', project], { cwd: root, stdio: 'inherit' }), 'exit')
  if (status !== 0) throw new Error(`tsc -p ${project} failed`)
}

// A file that was left from a former build must not be published.
await rm(new URL('dist', root), { recursive: true, force: true })
await Promise.all([compile('tsconfig.cjs.json'), compile('tsconfig.esm.json')])

// package.json says that .js files are ES modules; in dist/cjs they are not.
await writeFile(new URL('dist/cjs/package.json', root), '{ "type": "commonjs" }\n')

// In one file each, what everybody loads: the plugin itself, since reading its seventy files took a third of its startup,
// and TypeBox, of which few parts are used, for the command line. Its symbols are global: a schema is TypeBox's own in
// every copy of it. The other packages are asked for when they are needed.
const license = await readFile(new URL('node_modules/@sinclair/typebox/license', root), 'utf8')
await Promise.all(['index', 'policy/typebox'].map(name => build({
  entryPoints: [fileURLToPath(new URL(`lib/${name}.ts`, root))],
  outfile: fileURLToPath(new URL(`dist/cjs/${name}.js`, root)),
  banner: { js: `/*! @sinclair/typebox\n\n${license}*/` },
  bundle: true,
  external: ['@eslint-community/regexpp', 'fastify-plugin', 'tldts'],
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'warning'
})))

const names = Object.keys(require(fileURLToPath(new URL('dist/cjs/index.js', root)))).filter(name => name !== 'default')
await mkdir(new URL('dist/esm', root), { recursive: true })
await writeFile(new URL('dist/esm/index.js', root), `\
// Re-exports the CommonJS build, and holds no code of its own: in a process that both imports and requires the plugin,
// two copies would each know only their own registrations, and \`instanceof CorsOptionsError\` would depend on the copy.
import cors from '../cjs/index.js'

export default cors.default
export const { ${names.join(', ')} } = cors
`)
