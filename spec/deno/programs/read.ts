import process from 'node:process'
import { fromCsv } from 'joinery'

// Data from a file: the CSV file that is given.

const rows = await fromCsv(process.argv[2] ?? '').toArray()
console.log(rows.length)
