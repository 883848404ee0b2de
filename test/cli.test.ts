import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { readArguments, type ExplainCommand } from '../lib/cli/arguments.js'
import { HELP } from '../lib/cli/help.js'
import { findJsonError } from '../lib/cli/json-error.js'
import { run } from '../lib/cli/main.js'
import { UsageError } from '../lib/cli/errors.js'

const URL_ = 'https://api.example.com/'
const APP = 'https://app.example.com'
const EXPLAIN = ['explain', URL_, '--origin', APP]

interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

async function cli (...argv: string[]): Promise<Outcome> {
  let stdout = ''
  let stderr = ''
  const status = await run(argv, {
    stdout: { write: text => { stdout += text } },
    stderr: { write: text => { stderr += text } },
    env: {},
    isTTY: false,
    version: '1.2.3'
  })
  return { status, stdout, stderr }
}

t.test('help and version go before everything else', async t => {
  for (const argv of [['--help'], ['-h'], ['explain', '--help'], ['nonsense', '--help'], ['--help', '--version']]) {
    t.strictSame(await cli(...argv), { status: 0, stdout: HELP, stderr: '' }, argv.join(' '))
  }
  for (const argv of [['--version'], ['-v']]) {
    t.strictSame(await cli(...argv), { status: 0, stdout: '1.2.3\n', stderr: '' }, argv.join(' '))
  }
})

t.test('help names every option, and fits a terminal', async t => {
  for (const option of ['origin', 'method', 'header', 'credentials', 'send', 'engine', 'timeout', 'json', 'help', 'version']) {
    t.match(HELP, new RegExp(`--${option}\\b`))
  }
  t.match(HELP, 'holds neither regular expressions nor functions')
  t.ok(HELP.split('\n').every(line => line.length <= 90))
})

t.test('what makes no sense is one line that says what to write, and exit code 2', async t => {
  const table: Array<[argv: string[], message: string]> = [
    [[], 'a command is missing: explain or check'],
    [['explian'], "unknown command 'explian'; did you mean explain?"],
    [['CHECK', 'x'], "unknown command 'CHECK'; did you mean check?"],
    [[URL_], `unknown command '${URL_}'; there are explain, check`],
    [['x'.repeat(41)], `unknown command '${'x'.repeat(41)}'; there are explain, check`],
    [[...EXPLAIN, '--orgin', 'x'], 'unknown option --orgin; did you mean --origin?'],
    [[...EXPLAIN, '--headers=x'], 'unknown option --headers; did you mean --header?'],
    [[...EXPLAIN, '--cors'], 'unknown option --cors; there are --origin, --method, --header, --credentials, --send, --engine, --timeout, --json, --help, --version'],
    [[...EXPLAIN, '-q'], 'unknown option -q; there are --origin, --method, --header, --credentials, --send, --engine, --timeout, --json, --help, --version'],
    [[...EXPLAIN, '--__proto__'], 'unknown option --__proto__; there are --origin, --method, --header, --credentials, --send, --engine, --timeout, --json, --help, --version'],
    [[...EXPLAIN, '--json=yes'], '--json takes no value'],
    [[...EXPLAIN, '--method'], '--method needs a value'],
    [[...EXPLAIN, '--method', ''], '--method needs a value'],
    [[...EXPLAIN, '--method', '--send'], '--method needs a value'],
    [[...EXPLAIN, '-X', 'PUT', '--method', 'GET'], '--method is given twice'],
    [[...EXPLAIN, '--method', 'A B'], "--method 'A B' is not a method's name"],
    [['explain', '--origin', APP], 'explain needs a URL: explain URL'],
    [['explain', '', '--origin', APP], 'explain needs a URL: explain URL'],
    [[...EXPLAIN, 'https://b.example'], "explain takes one URL, and 'https://b.example' is a second"],
    [['explain', 'localhost:3000', '--origin', APP], "'localhost:3000' is not an http: or https: URL; did you mean http://localhost:3000?"],
    [['explain', 'api.example.com/a', '--origin', APP], "'api.example.com/a' is not an http: or https: URL; did you mean https://api.example.com/a?"],
    [['explain', 'ftp://example.com', '--origin', APP], "'ftp://example.com' is not an http: or https: URL"],
    [['explain', '/users', '--origin', APP], "'/users' is not an http: or https: URL"],
    [['explain', 'https://u@example.com', '--origin', APP], "fetch() takes no URL with a user name or password; leave it out, or use --header 'Authorization: …'"],
    [['explain', 'https://:p@example.com', '--origin', APP], "fetch() takes no URL with a user name or password; leave it out, or use --header 'Authorization: …'"],
    [['explain', URL_], '--origin is missing: that of the page, such as --origin https://app.example.com'],
    [['explain', URL_, '--origin', `${APP}/`], `--origin '${APP}/' is not an origin as browsers send it; did you mean ${APP}?`],
    [['explain', URL_, '--origin', '*'], "--origin '*' is not an origin as browsers send it; write for example https://app.example.com"],
    [['explain', URL_, '--origin', 'https://*.example.com/'], "--origin 'https://*.example.com/' is not an origin as browsers send it; write for example https://app.example.com"],
    [[...EXPLAIN, '--header', 'X A: 1'], "--header 'X A: 1': 'X A' is not a header's name; write 'name: value'"],
    [[...EXPLAIN, '--header', ': 1'], "--header ': 1': '' is not a header's name; write 'name: value'"],
    [[...EXPLAIN, '--header', 'X-A: €'], "--header 'X-A: €': the value has characters that no header can carry"],
    [[...EXPLAIN, '--header', 'X-A: 1\r\nX-B: 2'], "--header 'X-A: 1\\u000d\\u000aX-B: 2': the value has characters that no header can carry"],
    [[...EXPLAIN, '--engine', 'firefix'], "--engine 'firefix' is not known; did you mean firefox?"],
    [[...EXPLAIN, '--engine', 'toString'], "--engine 'toString' is not known; there are chromium, chrome, edge, gecko, firefox, webkit, safari"],
    ...['0', '-1', '301', '1e3', 'soon', '0.0001'].map((value): [string[], string] =>
      [[...EXPLAIN, `--timeout=${value}`], `--timeout '${value}' is not a number of seconds up to 300`]),
    [['check'], 'check needs a FILE: check FILE'],
    [['check', 'a', 'b'], "check takes one FILE, and 'b' is a second"],
    [['check', 'a', '--json'], 'check takes no --json']
  ]
  for (const [argv, message] of table) {
    t.strictSame(await cli(...argv), { status: 2, stdout: '', stderr: `fastify-cors-policy: ${message} (see --help)\n` }, argv.join(' '))
  }
  t.throws(() => readArguments([]), UsageError)
})

t.test('arguments are read as a page would write them', async t => {
  const read = (...argv: string[]): ExplainCommand => readArguments(argv) as ExplainCommand
  t.strictSame(read(...EXPLAIN), {
    name: 'explain',
    request: { url: URL_, origin: APP, method: 'GET', headers: [], credentials: 'same-origin' },
    cookie: undefined,
    send: false,
    engine: undefined,
    timeout: 10,
    json: false,
    notes: []
  }, 'the defaults')
  t.strictSame(read('--origin=null', 'explain', '--json', 'https://API.example.com/a?b#c', '--send', '--engine', 'Safari', '--timeout', '0.5'), {
    name: 'explain',
    request: { url: 'https://api.example.com/a?b', origin: 'null', method: 'GET', headers: [], credentials: 'same-origin' },
    cookie: undefined,
    send: true,
    engine: 'webkit',
    timeout: 0.5,
    json: true,
    notes: []
  }, 'in any order')
  t.equal(read('explain', URL_, '--origin', 'capacitor://localhost').request.origin, 'capacitor://localhost')
  t.equal(read(...EXPLAIN, '--timeout', '300').timeout, 300)
  t.strictSame(read('explain', '--origin', APP, '--', URL_).request.url, URL_)
})

t.test('headers may have a value, none, or only a name', async t => {
  const table: Array<[header: string, name: string, value: string, note?: string]> = [
    ['X-A:1', 'X-A', '1'],
    ['X-A :  a: b ', 'X-A', 'a: b'],
    ['X-A:', 'X-A', ''],
    ['X-A: é', 'X-A', 'é'],
    ['X-A', 'X-A', 'placeholder', "X-A has no value on the command line, and was taken for 'X-A: placeholder'"],
    ['Content-Type', 'Content-Type', 'application/json', "Content-Type has no value on the command line, and was taken for 'Content-Type: application/json'"],
    ['range', 'range', 'bytes=0-', "range has no value on the command line, and was taken for 'range: bytes=0-'"]
  ]
  for (const [header, name, value, note] of table) {
    const { request, notes } = readArguments([...EXPLAIN, '-H', header]) as ExplainCommand
    t.strictSame(request.headers, [[name, value]], header)
    t.strictSame(notes, note === undefined ? [] : [note], header)
  }
})

t.test('of the headers that no page can set, only cookies are taken, and it is said', async t => {
  const read = (...argv: string[]): ExplainCommand => readArguments([...EXPLAIN, ...argv]) as ExplainCommand
  for (const name of ['Host', 'Origin', 'Sec-Fetch-Site', 'Proxy-Authorization', 'Content-Length']) {
    const { request, cookie, notes } = read('--header', `${name}: x`)
    t.strictSame({ headers: request.headers, cookie, notes },
      { headers: [], cookie: undefined, notes: [`No page can set the header ${name}: it was left out`] })
  }
  const { request, cookie, notes } = read('--credentials', '--header', 'Cookie: a=b', '--header', 'cookie: c=d')
  t.strictSame({ request, cookie, notes }, {
    request: { url: URL_, origin: APP, method: 'GET', headers: [], credentials: 'include' },
    cookie: 'a=b; c=d',
    notes: ['The Cookie header stands for what the browser has: no page can set it']
  })
  t.strictSame(read('--credentials').notes, ["No cookie was sent; one can be given with --header 'Cookie: …'"])
  t.strictSame(read('--header', 'Cookie: a=b').notes, ['To another origin a browser sends cookies only with --credentials'])
})

t.test('check prints every issue of a file', async t => {
  const dir = t.testdir({
    'good.json': JSON.stringify({ origin: [APP], credentials: true }),
    'mark.json': `\ufeff${JSON.stringify({ origin: APP })}`,
    'bad.json': JSON.stringify({ origin: '*', credentials: true, allow_methods: ['GET'], maxAge: -1 }),
    'one.json': JSON.stringify({ origin: `${APP}/` }),
    'list.json': '[]',
    'steer.json': JSON.stringify({ origin: APP, '\u001b[31m\u009b': 1 }),
    'not.json': '{\n  "origin": "https://app.example.com",\n  // who may read\n  "credentials": true\n}',
    'cut.json': '{ "origin":',
    'empty.json': ''
  })
  const check = (file: string): Promise<Outcome> => cli('check', join(dir, file))
  const at = (file: string, text: string): string => `${join(dir, file)}${text}\n`

  for (const file of ['good.json', 'mark.json']) {
    t.strictSame(await check(file), { status: 0, stdout: at(file, ': no issues'), stderr: '' })
  }
  const bad = await check('bad.json')
  t.equal(bad.status, 1)
  t.equal(bad.stderr, '')
  const lines = bad.stdout.trimEnd().split('\n')
  t.equal(lines.length, 4)
  t.ok(lines.slice(0, 3).every(line => line.startsWith(`${join(dir, 'bad.json')}: /`) && line.includes(' → ')))
  for (const path of ['/origin', '/allow_methods', '/maxAge']) t.match(bad.stdout, `bad.json: ${path}: `)
  t.match(bad.stdout, 'bad.json: 3 issues\n')
  const one = await check('one.json')
  t.match(one.stdout, APP)
  t.match(one.stdout, 'one.json: 1 issue\n')
  t.match((await check('list.json')).stdout, 'list.json: the options are a list, not an object → ')
  t.notMatch((await check('steer.json')).stdout, /[^\n\P{Cc}]/u, 'no control character of the file reaches the terminal')

  t.strictSame(await check('not.json'), { status: 2, stdout: '', stderr: `fastify-cors-policy: ${at('not.json', ':3:3: not JSON: unexpected "/"')}` })
  t.strictSame(await check('cut.json'), { status: 2, stdout: '', stderr: `fastify-cors-policy: ${at('cut.json', ':1:12: not JSON: it ends too early')}` })
  t.strictSame(await check('empty.json'), { status: 2, stdout: '', stderr: `fastify-cors-policy: ${at('empty.json', ':1:1: not JSON: it ends too early')}` })
  t.strictSame(await check('none.json'), { status: 2, stdout: '', stderr: `fastify-cors-policy: ${at('none.json', ' cannot be read: there is no such file')}` })
  t.strictSame(await check('.'), { status: 2, stdout: '', stderr: `fastify-cors-policy: ${join(dir, '.')} cannot be read: it is a directory\n` })
  const odd = await cli('check', 'a\u0000b')
  t.equal(odd.status, 2)
  t.match(odd.stderr, /^fastify-cors-policy: a\\u0000b cannot be read: .+\n$/)
})

t.test('the first error of a text that is not JSON is found', async t => {
  const table: Array<[text: string, line: number, column: number, found: string | undefined]> = [
    ['', 1, 1, undefined],
    [' \n ', 2, 2, undefined],
    ['{', 1, 2, undefined],
    ['{"a": 1', 1, 8, undefined],
    ['[1,', 1, 4, undefined],
    ['{"a": 1,}', 1, 9, '}'],
    ['[1,]', 1, 4, ']'],
    ['[,1]', 1, 2, ','],
    ['[1 2]', 1, 4, '2'],
    ['{"a" 1}', 1, 6, '1'],
    ['{a: 1}', 1, 2, 'a'],
    ["{'a': 1}", 1, 2, "'"],
    ['{"a":: 1}', 1, 6, ':'],
    ['{1: 1}', 1, 2, '1'],
    ['{"a": 1, 2: 3}', 1, 10, '2'],
    ['{"a": [1}', 1, 9, '}'],
    ['{"a": {"b": [{}, [], null, true, -1.5e+3, "\\u00e9\\n"]}]', 1, 55, ']'],
    ['{"a": }', 1, 7, '}'],
    ['1 2', 1, 3, '2'],
    ['1,', 1, 2, ','],
    ['01', 1, 2, '1'],
    ['{}}', 1, 3, '}'],
    [']', 1, 1, ']'],
    ['{\r\n\t"a": tru\n}', 2, 7, 't'],
    ['"a\nb"', 1, 1, '"'],
    ['"\\x"', 1, 1, '"'],
    ['[1, \u{1f600}]', 1, 5, '\u{1f600}'],
    ['{"origin": /a/}', 1, 12, '/'],
    [`${'['.repeat(100_000)}x`, 1, 100_001, 'x']
  ]
  for (const [text, line, column, found] of table) {
    t.throws(() => JSON.parse(text), SyntaxError)
    t.strictSame(findJsonError(text), { line, column, found }, text.slice(0, 40))
  }
})

t.test('as compiled', async t => {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const dir = t.testdir({ 'package.json': '{ "version": "9.8.7" }', dist: { cjs: { 'package.json': '{ "type": "commonjs" }' } }, 'options.json': '{}' })
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  const node = async (...argv: string[]): Promise<Outcome> => {
    const child = spawn(process.execPath, argv, { cwd: root, env: {}, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', text => { stdout += text })
    child.stderr.setEncoding('utf8').on('data', text => { stderr += text })
    const [status] = await once(child, 'close') as [number]
    return { status, stdout, stderr }
  }
  const compiled = await node(tsc, '-p', 'tsconfig.cjs.json', '--noCheck', '--declaration', 'false', '--outDir', join(dir, 'dist/cjs'))
  t.equal(compiled.status, 0, compiled.stdout)
  const bin = join(dir, 'dist/cjs/cli/bin.js')

  t.strictSame(await node(bin, '--version'), { status: 0, stdout: '9.8.7\n', stderr: '' })
  t.match(await node(bin, 'nonsense'), { status: 2, stdout: '', stderr: /^fastify-cors-policy: unknown command 'nonsense'[^\n]*\n$/ })
  t.match(await node(bin, 'check', join(dir, 'options.json')), { status: 1, stdout: /\/origin: origin is missing/, stderr: '' })

  const server = createServer((_request, response) => response.writeHead(200, { 'access-control-allow-origin': '*' }).end())
  t.teardown(() => { server.close() })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  const { port } = server.address() as AddressInfo
  t.match(await node(bin, 'explain', `http://127.0.0.1:${port}`, '--origin', APP), { status: 0, stdout: /^GET .*\nALLOWED: /, stderr: '' })

  const script = `require(${JSON.stringify(join(dir, 'dist/cjs/cli/main.js'))}); console.log(Object.keys(require.cache).join('\\n'))`
  const loaded = await node('-e', script)
  t.match(loaded.stdout, 'cli/main.js')
  t.notMatch(loaded.stdout, /node_modules\/(?:fastify|@fastify|fastify-plugin)\/|\/plugin\//, 'the command line does not load Fastify')
  t.notMatch((await node('-e', script.replace('/cli/main.js', '/index.js'))).stdout, /\/cli\//, 'nor the plugin the command line')
})
