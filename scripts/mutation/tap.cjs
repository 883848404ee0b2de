// The little of tap that the tests of pure modules use, run at once in the process that asks for it: starting tap for
// each of a thousand mutants would take hours.
const assert = require('node:assert')
const { match, same, strict } = require('tcompare')

class Test {
  constructor () {
    this.tests = []
  }

  test (title, ...others) {
    const run = others.at(-1)
    // Of a test within a test the caller waits for the end; those of a file are run when the file has been read.
    if (this.isRunning) return Promise.resolve(run(started()))
    this.tests.push({ title, run })
    return Promise.resolve()
  }

  async run () {
    this.isRunning = true
    for (const { title, run } of this.tests) {
      try {
        await run(started())
      } catch (error) {
        throw new Error(`${title}: ${error?.message ?? error}`, { cause: error })
      }
    }
  }

  compare (by, value, wanted, isExpected = true) {
    const { match, diff } = by(value, wanted)
    if (match !== isExpected) assert.fail(diff || 'matches')
  }

  ok (value) { assert.ok(value) }
  notOk (value) { assert.ok(!value) }
  equal (value, wanted) { assert.strictEqual(value, wanted) }
  not (value, unwanted) { assert.notStrictEqual(value, unwanted) }
  same (value, wanted) { this.compare(same, value, wanted) }
  strictSame (value, wanted) { this.compare(strict, value, wanted) }
  match (value, wanted) { this.compare(match, value, wanted) }
  notMatch (value, unwanted) { this.compare(match, value, unwanted, false) }
  fail (message) { assert.fail(message) }
  doesNotThrow (call) { call() }

  throws (call, wanted) {
    let thrown
    try { call() } catch (error) { thrown = error }
    assert.ok(thrown)
    if (typeof wanted === 'object') this.compare(match, thrown, wanted)
    return thrown
  }

  pass () {}
  end () {}
  setTimeout () {}
  teardown () {}
}

function started () {
  const test = new Test()
  test.isRunning = true
  return test
}

module.exports = { Test }
