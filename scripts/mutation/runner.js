// A Stryker test runner that keeps one process: it compiles the sandbox once, and for each mutant loads the compiled
// modules and tests anew, with scripts/mutation/tap.cjs in tap's place. A file of tests is what Stryker calls a test.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { join, sep } from 'node:path'
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin'
import { DryRunStatus, MutantRunStatus, TestStatus } from '@stryker-mutator/api/test-runner'

/** The tests of pure modules, the quickest to find a mutant first: neither a server nor another process, and no top-level await. */
const TESTS = [
  'parse-origin', 'origin-limits', 'attack-origins', 'properties', 'policy', 'options', 'issue-texts', 'unknown-option', 'protocol', 'public-suffix', 'regexp', 'origin-option'
]

/** Cases a property, where the tests don't say themselves: enough for a mutant, of which there are a thousand. */
const CASES = 200

/** The same cases for every mutant, so that a score can be repeated. */
const SEED = 2026

const require = createRequire(import.meta.url)
const { Test } = require('./tap.cjs')

class InProcessRunner {
  capabilities () {
    return { reloadEnvironment: true }
  }

  async init () {
    globalThis.__stryker__ ??= {}
    this.build = join(process.cwd(), 'build')
    this.tests = new Map(TESTS.map(name => [name, join(this.build, 'test', `${name}.test.js`)]))
    const compiled = new Set(readdirSync(join(this.build, 'test')))
    for (const name of this.tests.keys()) if (!compiled.has(`${name}.test.js`)) this.tests.delete(name)
    process.env.PROPERTY_RUNS = String(CASES)

    const fc = require('fast-check')
    const assert = (property, options = {}) =>
      fc.default.assert(property, { ...options, seed: SEED, endOnFailure: true })
    const repeatable = { __esModule: true, default: Object.create(fc.default, { assert: { value: assert } }) }

    const load = Module._load
    Module._load = (request, ...others) => {
      if (request === 'tap') return this.tap
      if (request === 'fast-check') return repeatable
      return load(request, ...others)
    }
  }

  async dryRun () {
    const tests = []
    for (const name of this.tests.keys()) {
      globalThis.__stryker__.currentTestId = name
      const start = Date.now()
      const failure = await this.failureOf(name)
      const test = { id: name, name, timeSpentMs: Date.now() - start }
      tests.push(failure === undefined ? { ...test, status: TestStatus.Success } : { ...test, status: TestStatus.Failed, failureMessage: failure })
    }
    globalThis.__stryker__.currentTestId = undefined
    return { status: DryRunStatus.Complete, tests, mutantCoverage: globalThis.__stryker__.mutantCoverage }
  }

  async mutantRun ({ activeMutant, testFilter, hitLimit }) {
    const stryker = globalThis.__stryker__
    // Static mutants too: everything is loaded anew.
    stryker.activeMutant = activeMutant.id
    stryker.hitCount = hitLimit === undefined ? undefined : 0
    stryker.hitLimit = hitLimit
    let nrOfTests = 0
    for (const name of testFilter ?? this.tests.keys()) {
      nrOfTests++
      const failure = await this.failureOf(name)
      if (stryker.hitCount > stryker.hitLimit) return { status: MutantRunStatus.Timeout, reason: 'hit limit' }
      if (failure !== undefined) return { status: MutantRunStatus.Killed, killedBy: [name], failureMessage: failure, nrOfTests }
    }
    return { status: MutantRunStatus.Survived, nrOfTests }
  }

  async failureOf (name) {
    for (const path of Object.keys(require.cache)) if (path.startsWith(this.build + sep)) delete require.cache[path]
    const root = new Test()
    this.tap = { default: root, __esModule: true }
    try {
      require(this.tests.get(name))
      await root.run()
    } catch (error) {
      return String(error?.message ?? error) || 'failed'
    }
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcessRunner)]

/** What Stryker's `buildCommand` runs, in the sandbox: `node scripts/mutation/runner.js build`. */
if (process.argv[2] === 'build') {
  execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'scripts/mutation/tsconfig.json'], { stdio: 'inherit' })
  writeFileSync('build/package.json', '{ "type": "commonjs" }\n')
  for (const name of readdirSync('build/test').filter(name => name.endsWith('.test.js'))) {
    const path = join('build/test', name)
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('import.meta.url', '__filename'))
  }
}
