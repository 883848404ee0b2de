/**
 * Sends a request, and says what the browser lets a page know of the answer.
 *
 * @returns {Promise<{ status: number, statusText: string, headers: string[][], body: string } | { error: string }>}
 */
export async function send (url, init) {
  try {
    const response = await fetch(url, init)
    const { status, statusText } = response
    return { status, statusText, headers: [...response.headers], body: await response.text() }
  } catch (error) {
    // Browsers tell a page nothing else, on purpose: the reason is in the console.
    return { error: String(error) }
  }
}
