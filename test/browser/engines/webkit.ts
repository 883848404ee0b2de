import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { waitFor } from '../wait.js'
import { markedEnvironment, type Browser, type Engine, type Marker } from './engine.js'
import { findProgram, findPrograms } from './programs.js'

/** WebKitGTK's MiniBrowser under a virtual display, spoken to over plain WebDriver (https://www.w3.org/TR/webdriver2/). */
export const webkit: Engine = {
  name: 'webkit',
  model: 'webkit',
  packages: ['webkit2gtk-driver', 'xvfb'],
  find: async () => {
    const programs = await findPrograms(['WebKitWebDriver'], ['Xvfb'])
    const miniBrowser = await findMiniBrowser()
    return programs === undefined || miniBrowser === undefined ? undefined : [...programs, miniBrowser]
  },
  launch: ([driver = '', xvfb = '', miniBrowser = ''], marker) => launch(driver, xvfb, miniBrowser, marker)
}

/** It lies in the folder of the library that it shows off: /usr/lib/x86_64-linux-gnu/webkit2gtk-4.1 for example. */
async function findMiniBrowser (): Promise<string | undefined> {
  const folders: string[] = []
  for (const root of ['/usr/libexec', '/usr/lib']) {
    const names = await readdir(root).catch(() => [])
    folders.push(root, ...names.filter(name => name.endsWith('-linux-gnu')).map(name => join(root, name)))
  }
  const libraries = await Promise.all(folders.map(async folder => {
    const names = await readdir(folder).catch(() => [])
    return names.filter(name => /^webkit(2gtk|gtk)-/.test(name)).map(name => join(folder, name, 'MiniBrowser'))
  }))
  return findProgram(...libraries.flat().sort())
}

async function launch (driver: string, xvfb: string, miniBrowser: string, marker: Marker): Promise<Browser> {
  const children: ChildProcess[] = []
  const home = await mkdtemp(join(tmpdir(), 'cors-browser-'))
  process.once('exit', () => rmSync(home, { recursive: true, force: true }))
  const close = async () => {
    for (const child of children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const exit = once(child, 'exit')
      child.kill()
      await exit
    }
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const display = await startDisplay(xvfb, marker, children)
    const port = await freePort()
    children.push(spawn(driver, [`--port=${port}`, '--host=127.0.0.1'], {
      stdio: 'ignore',
      env: markedEnvironment(marker, {
        DISPLAY: display,
        HOME: home,
        XDG_CACHE_HOME: join(home, 'cache'),
        XDG_DATA_HOME: join(home, 'data'),
        XDG_CONFIG_HOME: join(home, 'config'),
        GDK_BACKEND: 'x11',
        LIBGL_ALWAYS_SOFTWARE: '1',
        WEBKIT_DISABLE_COMPOSITING_MODE: '1',
        // Root has no user namespaces to build the sandbox of.
        ...(process.getuid?.() === 0 ? { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' } : {})
      })
    }))
    const base = `http://127.0.0.1:${port}`
    await waitFor(() => fetch(`${base}/status`).then(response => response.ok, () => false))
    const { sessionId, capabilities } = await command(base, 'POST', '/session', {
      capabilities: {
        alwaysMatch: {
          acceptInsecureCerts: true,
          timeouts: { script: 60_000 },
          'webkitgtk:browserOptions': { binary: miniBrowser, args: ['--automation'] }
        }
      }
    }) as { sessionId: string, capabilities: Record<string, unknown> }
    const session = `${base}/session/${sessionId}`
    return {
      version: `${String(capabilities['browserName'])} ${String(capabilities['browserVersion'])}`,
      open: async url => { await command(session, 'POST', '/url', { url }) },
      evaluate: async expression => {
        const script = `const done = arguments[arguments.length - 1]
          Promise.resolve().then(() => (${expression})).then(value => done({ value }), error => done({ error: String(error) }))`
        const result = await command(session, 'POST', '/execute/async', { script, args: [] }) as { value?: unknown, error?: string }
        if (result.error !== undefined) throw new Error(result.error)
        return result.value
      },
      close: async () => {
        await command(session, 'DELETE', '', undefined).catch(() => {})
        await close()
      }
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Xvfb looks for a free display number by itself, and says which it took. */
async function startDisplay (xvfb: string, marker: Marker, children: ChildProcess[]): Promise<string> {
  const child = spawn(xvfb, ['-displayfd', '3', '-screen', '0', '1024x768x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: markedEnvironment(marker)
  })
  children.push(child)
  const output = child.stdio[3] as NodeJS.ReadableStream
  const [number] = await Promise.race([
    once(output, 'data'),
    once(child, 'exit').then(() => { throw new Error('Xvfb did not start') })
  ])
  return `:${String(number).trim()}`
}

async function freePort (): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function command (base: string, method: string, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(base + path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
  })
  const { value } = await response.json() as { value: unknown }
  if (!response.ok) throw new Error(`WebDriver: ${JSON.stringify(value)}`)
  return value
}
