import { chromium } from './engines/chromium.js'
import { testEngine } from './suite.js'

await testEngine(chromium)
