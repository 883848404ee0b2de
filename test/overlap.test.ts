import t from 'tap'
import { isDynamic, mayOverlap, segmentsOf } from '../lib/plugin/overlap.js'

const rows: ReadonlyArray<readonly [a: string, b: string, overlap: boolean]> = [
  ['/users/:id', '/users/me', true],
  ['/users/:id', '/users', false],
  ['/users/:id?', '/users', true],
  ['/users/:id?', '/users/', true],
  ['/users/:id', '/users/:id/photo', false],
  ['/users/:id/photo', '/users/me/:what', true],
  ['/users/:id/photo', '/users/me/name', false],
  ['/users/*', '/users/1/2/3', true],
  ['/users/*', '/users', true],
  ['/users*', '/users-of', true],
  ['/*', '/a/b', true],
  ['*', '/', true],
  ['/a/:id', '/b/:id', false],
  ['/A/:id', '/a/b', true],
  ['/a//:id/', '/a/b', true],
  ['/files/:name.:ext', '/files/a.b', true]
]

t.test('two patterns may overlap unless a segment tells them apart', async t => {
  for (const [a, b, overlap] of rows) {
    t.equal(mayOverlap(segmentsOf(a), segmentsOf(b)), overlap, `${a} and ${b}`)
    t.equal(mayOverlap(segmentsOf(b), segmentsOf(a)), overlap, `${b} and ${a}`)
  }
})

t.test('a pattern is dynamic if it has a parameter or a wildcard', async t => {
  for (const [pattern, dynamic] of [['/a/:id', true], ['/a/*', true], ['/a', false], ['', false]] as const) {
    t.equal(isDynamic(pattern), dynamic, pattern)
  }
})
