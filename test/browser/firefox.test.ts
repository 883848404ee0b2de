import { firefox } from './engines/firefox.js'
import { testEngine } from './suite.js'

await testEngine(firefox)
