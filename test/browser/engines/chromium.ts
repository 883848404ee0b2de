import type { Engine } from './engine.js'
import { findPrograms } from './programs.js'
import { launchWithPuppeteer } from './puppeteer.js'

export const chromium: Engine = {
  name: 'chromium',
  model: 'chromium',
  packages: ['chromium'],
  find: () => findPrograms(['chromium', 'chromium-browser', 'google-chrome']),
  launch: ([executablePath = ''], marker) => launchWithPuppeteer({
    executablePath,
    // Chromium ends by itself when the pipe does, whatever becomes of this process.
    pipe: true,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'
    ]
  }, marker)
}
