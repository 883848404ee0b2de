import type { Engine } from './engine.js'
import { findPrograms } from './programs.js'
import { launchWithPuppeteer } from './puppeteer.js'

export const firefox: Engine = {
  name: 'firefox',
  model: 'gecko',
  packages: ['firefox-esr'],
  find: () => findPrograms(['firefox-esr', 'firefox']),
  launch: ([executablePath = ''], marker) => launchWithPuppeteer({ browser: 'firefox', executablePath }, marker)
}
