import { DEFAULT_TIMEOUT, MAX_TIMEOUT } from './send.js'

/** What `--help` prints. */
export const HELP = `\
Usage:
  fastify-cors-policy explain URL --origin ORIGIN [options]
  fastify-cors-policy check FILE

explain   Does what a browser does for fetch(URL) on a page of ORIGIN, with any live
          server: sends the preflight if there is one, then the actual request, and
          says whether the page gets the response; if not, why, and what to change.
          A method other than GET and HEAD is not sent without --send: the verdict
          is then the preflight's. Nothing is read of a response but its head.

  --origin ORIGIN          the page's origin, such as https://app.example.com, or null
  -X, --method METHOD      the request's method (default: GET)
  -H, --header HEADER      a request header, 'name: value', as often as there are any.
                           Whether a preflight asks for it may depend on the value:
                           'content-type: text/plain' needs none, a JSON type does. A
                           name alone gets a placeholder value. Of those that a page
                           cannot set only Cookie is taken, to stand for the browser's.
  --credentials            as fetch(URL, { credentials: 'include' }). Cookies are sent
                           only if there is a --header 'Cookie: …', never with a preflight
  --send                   send the actual request also if it is neither GET nor HEAD;
                           without a body
  --engine ENGINE          count the departures from the Fetch standard of chromium,
                           gecko (Firefox) or webkit (Safari); default: the standard
  --timeout SECONDS        for each request, until the response's head (default: ${DEFAULT_TIMEOUT},
                           at most ${MAX_TIMEOUT})
  --json                   print a JSON document instead of text

check     Validates a JSON file with the plugin's options and prints every issue. JSON
          holds neither regular expressions nor functions: options with those are
          validated in code, by validateCorsOptions().

  -h, --help               print this
  -v, --version            print the version

Exit codes of explain: 0 allowed (also: by the preflight, the actual request not sent),
  1 blocked, 2 could not tell (no answer, wrong arguments, nothing sent).
Exit codes of check: 0 no issues, 1 issues, 2 the file cannot be read or is not JSON.
`
