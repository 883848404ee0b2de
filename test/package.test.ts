import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import * as source from '../lib/index.js'

// What is published, tested as published: packed, installed elsewhere, imported and required.

// A build and three type checks take their time on a busy machine.
t.setTimeout(300_000)

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const modules = join(root, 'node_modules')

interface Manifest {
  readonly name: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
}
const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest

// Outside of the checkout: inside it, its own node_modules would stand in for a dependency that package.json lacks.
const temporary = await realpath(await mkdtemp(join(tmpdir(), 'fastify-cors-policy-')))
t.teardown(() => rm(temporary, { recursive: true, force: true }))

// The children are an application's, not this test's: no loader and no coverage of tap in them.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) =>
  !name.startsWith('TAP') && !name.startsWith('_TAPJS') && name !== 'NODE_OPTIONS' && name !== 'NODE_V8_COVERAGE'))

/** Packs a copy of the sources, because packing builds, and a build replaces dist under whoever uses it. */
async function pack (): Promise<{ tarball: string, files: string[] }> {
  const copy = join(temporary, 'checkout')
  const left = ['.git', '.tap', 'dist', 'node_modules']
  await cp(root, copy, { recursive: true, filter: path => !left.includes(relative(root, path)) })
  await symlink(modules, join(copy, 'node_modules'), 'dir')
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', temporary], { cwd: copy, env })
  // The build reports on stdout too, before the list.
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as Array<{ filename: string, files: Array<{ path: string }> }>
  if (packed === undefined) throw new Error('npm pack reports no tarball')
  return { tarball: join(temporary, packed.filename), files: packed.files.map(file => file.path) }
}

/**
 * What `npm install` would make of the tarball, without a network: the package as real files, and the packages that its
 * package.json names as links into this checkout, which are where Node and TypeScript look for theirs.
 */
async function install (tarball: string): Promise<string> {
  const app = join(temporary, 'app')
  const installed = join(app, 'node_modules', manifest.name)
  await cp(fileURLToPath(new URL('fixtures/package', import.meta.url)), app, { recursive: true })
  await mkdir(installed, { recursive: true })
  await run('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1'])
  // @types/node is the application's own, for the type checks.
  for (const name of [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies), '@types/node']) {
    const link = join(app, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(join(modules, name), link, 'dir')
  }
  return app
}

const { tarball, files } = await pack()
const app = await install(tarball)

async function print (script: string): Promise<unknown> {
  const { stdout } = await run(process.execPath, [script], { cwd: app, env })
  return JSON.parse(stdout)
}

t.test('the tarball holds the two builds, their declarations and the documents, and nothing else', async t => {
  const others = files.filter(file => !/^dist\/(cjs|esm)\/([\w-]+\/)*[\w-]+\.(c?js|d\.c?ts)$/.test(file))
  t.strictSame(others.sort(), ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist/cjs/package.json', 'package.json'])
  for (const name of ['dist/cjs/index.js', 'dist/cjs/index.d.ts', 'dist/esm/index.js', 'dist/esm/index.d.ts']) {
    t.ok(files.includes(name), name)
  }
  t.strictSame(files.filter(file => file.startsWith('dist/esm/') && /js$/.test(file)), ['dist/esm/index.js'],
    'the ES module build holds no second copy of the implementation')
})

t.test('the plugin registers and answers a preflight, however it is loaded', async t => {
  for (const script of ['default-import.mjs', 'named-import.mjs', 'dynamic-import.mjs', 'require.cjs', 'dynamic-import.cjs']) {
    t.strictSame(await print(script), {
      statusCode: 204,
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'accept, accept-language, content-language, content-type, range'
    }, script)
  }
})

t.test('import and require give the names of the sources, one error class and one memory of registrations', async t => {
  const names = Object.keys(source).sort()
  t.strictSame(await print('both.mjs'), { names: [names, names], schema: [true, true, false], oneClass: true, thrown: 'ALREADY_REGISTERED' })
})

t.test('package.json can be read through the exports, other files cannot', async t => {
  await writeFile(join(app, 'exports.cjs'), `
    const attempt = path => { try { return typeof require(path) } catch (error) { return error.code } }
    console.log(JSON.stringify(['/package.json', '/dist/cjs/index.js'].map(path => attempt('${manifest.name}' + path))))
  `)
  t.strictSame(await print('exports.cjs'), ['object', 'ERR_PACKAGE_PATH_NOT_EXPORTED'])
})

const strict = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--module', 'nodenext', '--target', 'es2022', '--types', 'node']

// Together too: an application that has both kinds of module loads both sets of declarations. The libraries are checked
// there only, because it takes long.
for (const [title, ...args] of [
  ['an ES module', '--skipLibCheck', 'consumer.mts'],
  ['a CommonJS module', '--skipLibCheck', 'consumer.cts'],
  ['both in one application', 'consumer.mts', 'consumer.cts']
] as const) {
  t.test(`the declarations type ${title}, and reject what is wrong in it`, async t => {
    const tsc = join(modules, 'typescript', 'bin', 'tsc')
    const complaints = await run(process.execPath, [tsc, ...strict, ...args], { cwd: app, env })
      .then(() => '', (error: { stdout: string }) => error.stdout)
    t.equal(complaints, '')
  })
}
