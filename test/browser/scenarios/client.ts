import type { HeaderList } from '../../../lib/fetch/header-list.js'
import type { CredentialsMode } from '../../../lib/fetch/request.js'
import type { Browser } from '../engines/engine.js'
import type { PageName, Pages } from '../servers/pages.js'
import type { Exchange, Recorder } from '../servers/recorder.js'

export interface FetchOptions {
  readonly method?: string
  readonly headers?: HeaderList
  readonly credentials?: CredentialsMode
  readonly body?: string
}

export interface Seen {
  readonly readable: boolean
  readonly status?: number
  readonly url?: string
  readonly redirected?: boolean
  readonly text?: string
  readonly headers?: HeaderList
}

/** A page in the browser, and what arrives at the servers from it. */
export class Client {
  readonly #browser: Browser
  readonly #pages: Pages
  readonly #recorder: Recorder
  #current: PageName | undefined
  #cases = 0

  constructor (browser: Browser, pages: Pages, recorder: Recorder) {
    this.#browser = browser
    this.#pages = pages
    this.#recorder = recorder
  }

  /** Goes to a page, a fresh one. */
  async open (page: PageName): Promise<void> {
    await this.#browser.open(this.#pages.get(page).url)
    this.#current = page
  }

  /** A URL of its own, whose requests can be asked for. */
  url (base: string): { readonly url: string, readonly exchanges: () => readonly Exchange[] } {
    const id = `scenario-${this.#cases++}`
    return { url: `${base}${base.includes('?') ? '&' : '?'}case=${id}`, exchanges: () => this.#recorder.of(id) }
  }

  async call (name: string, argument: unknown): Promise<unknown> {
    return await this.#browser.evaluate(`call(${JSON.stringify(name)}, ${JSON.stringify(argument)})`)
  }

  /** One `fetch` in a page. */
  async fetch (page: PageName, base: string, options: FetchOptions = {}): Promise<Seen & { exchanges: readonly Exchange[], methods: readonly string[] }> {
    if (this.#current !== page) await this.open(page)
    const { url, exchanges } = this.url(base)
    const seen = await this.call('fetch', { url, ...options }) as Seen
    return { ...seen, exchanges: exchanges(), methods: exchanges().map(({ method }) => method) }
  }
}

/** A response header as the page saw it. */
export function header ({ headers = [] }: Seen, name: string): string | undefined {
  return headers.find(([other]) => other === name)?.[1]
}

export function json ({ text = '{}' }: Seen): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>
}
