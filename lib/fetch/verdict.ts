import type { Failure } from './failure.js'
import type { HeaderList } from './header-list.js'
import type { SentRequest } from './request.js'
import type { Step } from './steps.js'

/** The page gets the response, with the headers that it may see. */
export interface Readable {
  readonly outcome: 'readable'
  readonly steps: readonly Step[]
  readonly status: number
  readonly headers: HeaderList
}

/** The page gets a network error, and never learns why. */
export interface Blocked {
  readonly outcome: 'blocked'
  readonly steps: readonly Step[]
  readonly failure: Failure
  /** Which request it was about; `undefined` when nothing was sent. */
  readonly request: SentRequest | undefined
  /** The line in Chromium's console. */
  readonly consoleText: string | undefined
}

/** A response is missing: the browser sends this request next. */
export interface Pending {
  readonly outcome: 'pending'
  readonly steps: readonly Step[]
  readonly next: SentRequest
}

export type Verdict = Readable | Blocked
