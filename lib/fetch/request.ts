import type { HeaderList } from './header-list.js'

/** https://fetch.spec.whatwg.org/#concept-request-credentials-mode */
export type CredentialsMode = 'omit' | 'same-origin' | 'include'

/** What a page asks its browser for: `fetch(url, { method, headers, credentials })` in mode `cors`. */
export interface FetchRequest {
  /** An absolute http: or https: URL. */
  readonly url: string
  /** The page's origin as browsers serialise it; `null` for a sandboxed frame. */
  readonly origin: string
  /** `GET` if left out. */
  readonly method?: string
  /** The headers that the page sets, the `Content-Type` that its body brings along included. */
  readonly headers?: HeaderList
  /** `same-origin` if left out, as in `fetch()`. */
  readonly credentials?: CredentialsMode
}

/** A request that the browser sends over the network on behalf of a page. */
export interface SentRequest {
  readonly kind: 'preflight' | 'actual'
  readonly method: string
  readonly url: string
  /** Those that matter to CORS: the page's own, `Origin`, and the preflight's. */
  readonly headers: HeaderList
  /** Whether cookies and the like go with it, as far as the browser has any. */
  readonly credentials: boolean
}

/** What the server answered. */
export interface HttpResponse {
  readonly status: number
  readonly headers: HeaderList
}
