import t from 'tap'
import { compilePolicy } from '../lib/policy/policy.js'
import { attackedConfigurations } from './fixtures/attack-origins.js'
import { rightfulConfigurations } from './fixtures/rightful-origins.js'
import { allows } from './support/allows.js'
import { showText } from './support/show-text.js'

for (const { kind, options, allowed, attacks } of attackedConfigurations) {
  t.test(`${kind} lets in none of ${attacks.length} others`, async t => {
    const policy = compilePolicy(options)
    t.ok(attacks.length >= 300, 'the table has several hundred rows')
    t.equal(await allows(policy, allowed), options.origin !== false, 'the configured origin')
    // An assertion a row would make a report of twenty thousand lines.
    for (const [origin, why] of attacks) {
      if (await allows(policy, origin)) t.fail(`${showText(origin)}: ${why}`)
    }
    t.equal(await allows(policy, allowed), options.origin !== false, 'the configured origin, after all others')
  })
}

for (const { kind, options, origins } of rightfulConfigurations) {
  t.test(`${kind}: what is odd but rightful passes`, async t => {
    for (const [origin, why] of origins) {
      t.ok(await allows(compilePolicy(options(origin)), origin), `${showText(origin)}: ${why}`)
    }
  })
}
