import { tellsDamagedJournals } from '../../testing/damaged-journals.ts'

tellsDamagedJournals(3)
