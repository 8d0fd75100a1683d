/** What does not run under Deno: a file, or a test of one by its full title. */
export interface BeyondDeno {
  readonly file: string
  readonly test?: string
  readonly reason: string
}

/** All that is left out there; the end of a run says it. */
export const beyondDeno: readonly BeyondDeno[] = [
  {
    file: 'spec/data/arrays.spec.ts',
    test: 'fromIdx unpacks no more than the header says: a kilobyte of gzip may be a gigabyte',
    reason: "Deno's DecompressionStream unpacks a chunk whole before it gives any of it",
  },
  {
    file: 'spec/data/browser.spec.ts',
    reason: 'a page is imitated by taking from Node what browsers have not; Deno has files in other ways too',
  },
  {
    file: 'spec/data/memory.process.spec.ts',
    reason: 'its programs are run by Node with tsx, and with a limit of its memory',
  },
  {
    file: 'spec/storage/disk.spec.ts',
    test: 'Where there are no files, as in browsers a typed error says so',
    reason: 'a page is imitated by taking away process, which modules of Node within Deno use',
  },
  {
    file: 'spec/storage/atomic.spec.ts',
    test: 'Where the system does not let files be written, what was there still is, and nothing else with a limit on the size of files',
    reason: 'its program is run by Node with tsx, within a shell that sets the limit',
  },
  {
    file: 'spec/reports/uncaught.spec.ts',
    reason: 'its programs are files outside of the project, which Node runs with tsx',
  },
  {
    file: 'spec/training/files/checkpoint-folder.spec.ts',
    test: 'A folder of checkpoints has a complete one, no older than was said, whenever the process is killed',
    reason: 'the process that is killed is run by Node with tsx',
  },
]
