import t from 'tap'
import type { Browser, Engine } from './engines/engine.js'
import { createMarker, killLeftProcesses, processesAfterClose } from './engines/processes.js'
import { testGeneratedCases } from './generated/generated.js'
import { testScenarios } from './scenarios/scenarios.js'

/** Whether a missing engine is a failure. */
const REQUIRE_ALL = ['1', 'true'].includes(process.env['CI'] ?? '')

/** Runs everything in one engine; BROWSERS=chromium,firefox chooses. */
export async function testEngine (engine: Engine): Promise<void> {
  const chosen = process.env['BROWSERS']?.split(',')
  if (chosen !== undefined && !chosen.includes(engine.name)) {
    t.pass(`${engine.name} was not chosen`, { skip: 'not in BROWSERS' })
    return
  }
  const programs = await engine.find()
  if (programs === undefined) {
    const message = `${engine.name} is not installed; on Debian: apt-get install --no-install-recommends ${engine.packages.join(' ')}`
    if (REQUIRE_ALL) t.fail(message)
    else t.pass(message, { skip: 'not installed' })
    return
  }
  const marker = createMarker()
  process.once('exit', () => killLeftProcesses(marker))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))

  const browser: Browser = await engine.launch(programs, marker)
  t.comment(`${engine.name}: ${browser.version} (${programs.join(', ')})`)
  await t.test('scenarios', t => testScenarios(t, engine, browser))
  await t.test('generated cases', t => testGeneratedCases(t, engine, browser))
  await browser.close()
  t.same(await processesAfterClose(marker), [], 'no process is left behind')
}
