import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

// Pictures as a browser without a window draws them: Debian's package chromium, or what CHROMIUM names. It is started once,
// for the first picture, and ends with the program.

const browser = process.env.CHROMIUM ?? 'chromium'

/** Whether there is a browser. */
export const hasBrowser: boolean = spawnSync('which', [browser]).status === 0

/** For `before`: leaves the tests of a suite out where there is no browser, and says so. */
export function needsBrowser(this: Mocha.Context): void {
  if (hasBrowser) return
  console.log(`      left out: there is no ${browser}; install Debian's chromium, or name one in CHROMIUM`)
  this.skip()
}

interface Job {
  readonly svg: string
  readonly resolve: (faults: readonly string[]) => void
}

/** Starts a browser that measures pictures, one after the other. */
const start = async (): Promise<(svg: string) => Promise<readonly string[]>> => {
  const page = fileURLToPath(new URL('measure.ts', import.meta.url))
  const { outputFiles } = await build({
    entryPoints: [page],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
  })
  const script = outputFiles[0]?.text ?? ''
  const waiting: Job[] = []
  let [running, asking]: [Job | undefined, ServerResponse | undefined] = [undefined, undefined]
  const next = (): void => {
    if (asking === undefined || running !== undefined || waiting.length === 0) return
    running = waiting.shift()
    asking.end(running?.svg)
    asking = undefined
  }
  const server = createServer(async (request, response) => {
    if (request.url === '/next') {
      asking = response
      next()
    } else if (request.url === '/said') {
      const faults = JSON.parse((await request.toArray()).join(''))
      response.end()
      running?.resolve(faults)
      running = undefined
      next()
    } else if (request.url === '/measure.js') response.setHeader('content-type', 'text/javascript').end(script)
    else {
      const style = '<style>body { margin: 0 } svg { display: block }</style>'
      response
        .setHeader('content-type', 'text/html')
        .end(`<!doctype html><meta charset="utf-8">${style}<body><script type="module" src="/measure.js"></script>`)
    }
  })
  // A program that has nothing else to do ends, and the browser with it.
  server.on('connection', socket => socket.unref())
  await new Promise<void>(resolve => server.listen(0, 'localhost', resolve))
  server.unref()
  const profile = mkdtempSync(path.join(tmpdir(), 'joinery-pictures-browser-'))
  const { port } = server.address() as AddressInfo
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--window-size=3000,3000']
  // Debian's program starts the browser and ends: only the group of both can be ended.
  const child: ChildProcess = spawn(browser, [...flags, `--user-data-dir=${profile}`, `http://localhost:${port}/`], {
    stdio: 'ignore',
    detached: true,
  })
  child.unref()
  process.on('exit', () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  })
  return svg =>
    new Promise((resolve, reject) => {
      // It also keeps a program waiting that has nothing else to do.
      const late = setTimeout(() => reject(new Error(`${browser} has said nothing for a minute.`)), 60_000)
      const job = {
        svg,
        resolve: (faults: readonly string[]) => {
          clearTimeout(late)
          resolve(faults)
        },
      }
      waiting.push(job)
      next()
    })
}

let started: Promise<(svg: string) => Promise<readonly string[]>> | undefined

/**
 * What is wrong with a picture, each fault as a text; nothing if it is as it should be: XML with a title, a painted background,
 * texts that do not overlap and can be read, and nothing outside the frame.
 */
export const drawn = async (svg: string): Promise<readonly string[]> => {
  started ??= start()
  const measure = await started
  return measure(svg)
}
