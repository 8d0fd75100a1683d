import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as pathOf } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

// Training that is killed twice, without a chance to say goodbye, and goes on each time, beside training that nobody
// disturbs: both end with the same bits.

const program = fileURLToPath(new URL('train.ts', import.meta.url))

/** Trains in a process of its own, which is killed after an update, if one is named; the last line that it prints. */
const train = async (folder: string, killedAfter?: number): Promise<string> => {
  const child: ChildProcess = spawn(process.execPath, [...process.execArgv, program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0 || (killedAfter !== undefined && signal === 'SIGKILL')) resolve()
      else reject(new Error(`training ended with ${code ?? signal}`))
    })
  })
  let first = ''
  let last = ''
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    if (first === '') first = line
    last = line
    if (line === `update ${killedAfter}`) child.kill('SIGKILL')
  }
  await ended
  const saved = readdirSync(folder).filter(name => name.startsWith('checkpoint-'))
  console.log(`began with ${first}, ended with ${last.split(',')[0]}; in the folder: ${saved.join(', ')}`)
  return last
}

const folder = mkdtempSync(pathOf(tmpdir(), 'joinery-resume-'))
const other = mkdtempSync(pathOf(tmpdir(), 'joinery-resume-'))
try {
  await train(folder, 17)
  await train(folder, 38)
  const resumed = await train(folder)
  const undisturbed = await train(other)
  console.log(`\nresumed:     ${resumed}\nundisturbed: ${undisturbed}`)
  console.log(resumed === undisturbed ? 'the same to the last bit' : 'they differ')
} finally {
  for (const each of [folder, other]) rmSync(each, { recursive: true })
}
