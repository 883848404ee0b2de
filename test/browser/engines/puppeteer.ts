import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LaunchOptions } from 'puppeteer-core'
import { markedEnvironment, type Browser, type Marker } from './engine.js'

// Required, not imported: tap's TypeScript loader does not resolve what puppeteer-core imports for WebDriver BiDi.
const puppeteer = createRequire(import.meta.url)('puppeteer-core') as typeof import('puppeteer-core').default

/** A page may run a batch of some hundred fetches in one evaluation. */
const PROTOCOL_TIMEOUT = 60_000

/** Chromium and Firefox, as puppeteer-core drives them, each with a profile of its own. */
export async function launchWithPuppeteer (options: LaunchOptions, marker: Marker): Promise<Browser> {
  const userDataDir = await mkdtemp(join(tmpdir(), 'cors-browser-'))
  process.once('exit', () => rmSync(userDataDir, { recursive: true, force: true }))
  const removeProfile = () => rm(userDataDir, { recursive: true, force: true, maxRetries: 5 })
  try {
    const browser = await puppeteer.launch({
      headless: true,
      acceptInsecureCerts: true,
      userDataDir,
      env: markedEnvironment(marker),
      protocolTimeout: PROTOCOL_TIMEOUT,
      ...options
    })
    const page = await browser.newPage()
    const console: string[] = []
    page.on('console', message => console.push(message.text()))
    return {
      version: await browser.version(),
      console,
      open: async url => { await page.goto(url) },
      evaluate: expression => page.evaluate(expression),
      close: async () => {
        await browser.close()
        await removeProfile()
      }
    }
  } catch (error) {
    await removeProfile()
    throw error
  }
}
