import { webkit } from './engines/webkit.js'
import { testEngine } from './suite.js'

await testEngine(webkit)
