import { tellsDamagedJournals } from '../../testing/tampering/damaged-journals.ts'

tellsDamagedJournals(100)
