/** Who said a line; firedrill itself when the page is gone. */
export type Origin = 'terminal' | 'page' | 'firedrill'

export interface Line {
  text: string
  by: Origin
}

/** Lines of several people in one order. A question is answered by the one who is asked; what others say meanwhile waits. */
export class Input {
  private readonly lines: AsyncIterator<string | Line>
  private readonly waiting: Line[] = []

  constructor(lines: AsyncIterable<string | Line>) {
    this.lines = lines[Symbol.asyncIterator]()
  }

  /** The next line that `suits`; undefined at the end of the input. */
  async next(suits: (line: Line) => boolean = () => true): Promise<Line | undefined> {
    const index = this.waiting.findIndex(suits)
    if (index !== -1) return this.waiting.splice(index, 1)[0]
    for (;;) {
      const { value, done } = await this.lines.next()
      if (done === true) return undefined
      const line: Line = typeof value === 'string' ? { text: value, by: 'terminal' } : value
      if (suits(line)) return line
      this.waiting.push(line)
    }
  }

  /** Whether the one who is asked says yes. When the page that is asked goes away, nothing was confirmed. */
  async confirmed(by: Origin): Promise<boolean> {
    const answer = await this.next((line) => line.by === by || line.by === 'firedrill')
    if (answer?.by === 'firedrill') this.waiting.unshift(answer)
    return answer?.by === by && answer.text.trim() === 'yes'
  }
}
