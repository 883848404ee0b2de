import fc from 'fast-check'
import t from 'tap'
import { mergeVary, serializeVary, type HeaderValue } from '../lib/protocol/vary.js'

const rows: Array<{ title: string, current: HeaderValue, names: string, expected: string }> = [
  { title: 'no field yet', current: undefined, names: 'Origin', expected: 'Origin' },
  { title: 'the same field', current: 'Origin', names: 'Origin', expected: 'Origin' },
  { title: 'another name is kept', current: 'Accept', names: 'Origin', expected: 'Accept, Origin' },
  { title: 'a name that is there in another case is not repeated', current: 'origin', names: 'Origin', expected: 'origin' },
  { title: 'nor one without a space before it', current: 'Accept,ORIGIN', names: 'Origin', expected: 'Accept,ORIGIN' },
  { title: 'several names, some there', current: 'Origin, Accept', names: 'Origin, X-Tenant', expected: 'Origin, Accept, X-Tenant' },
  { title: 'a name that contains the other is another name', current: 'X-Origin', names: 'Origin', expected: 'X-Origin, Origin' },
  { title: 'several lines become one', current: ['Accept', 'Cookie'], names: 'Origin', expected: 'Accept, Cookie, Origin' },
  { title: 'a name in one of several lines is seen', current: ['Accept', 'Cookie, origin'], names: 'Origin', expected: 'Accept, Cookie, origin' },
  { title: '* stays', current: '*', names: 'Origin', expected: '*' },
  { title: '* among other names stays', current: 'Accept, *', names: 'Origin', expected: 'Accept, *' },
  { title: '* in one of several lines stays', current: ['Accept', '*'], names: 'Origin', expected: 'Accept, *' },
  { title: 'an empty field', current: '', names: 'Origin', expected: 'Origin' },
  { title: 'a field of commas only', current: ' , ,', names: 'Origin, Accept', expected: 'Origin, Accept' },
  { title: 'an empty list of lines', current: [], names: 'Origin', expected: 'Origin' },
  { title: 'a number, which Node takes for a header too', current: 1, names: 'Origin', expected: '1, Origin' }
]

t.test('a Vary field is extended, never duplicated', async t => {
  for (const { title, current, names, expected } of rows) t.equal(mergeVary(current, names), expected, title)
})

t.test('names are written each once', async t => {
  t.equal(serializeVary([]), undefined)
  t.equal(serializeVary(['Origin']), 'Origin')
  t.equal(serializeVary(['Origin', 'X-Tenant', 'origin', 'x-tenant', 'Accept']), 'Origin, X-Tenant, Accept')
})

t.test('merging twice changes nothing more, and loses no name', async t => {
  const name = fc.constantFrom('Origin', 'origin', 'Accept', 'ACCEPT', 'X-A', 'Cookie')
  const field = fc.array(name, { maxLength: 5 }).map(names => names.join(', '))
  t.doesNotThrow(() => {
    fc.assert(fc.property(field, fc.array(name, { minLength: 1, maxLength: 4 }), (current, added) => {
      const names = serializeVary(added) as string
      const merged = mergeVary(current, names)
      const present = merged.toLowerCase().split(', ')
      return mergeVary(merged, names) === merged && merged.startsWith(current) &&
        added.every(name => present.filter(other => other === name.toLowerCase()).length >= 1) &&
        added.every(name => current.toLowerCase().includes(name.toLowerCase()) || present.indexOf(name.toLowerCase()) === present.lastIndexOf(name.toLowerCase()))
    }))
  })
})
