/** A page without its script and style, which change with every line of verify/page/; what they draw does not. */
export function withoutCode(text: string): string {
  return text.replace(/<style>.*?<\/style>|<script>.*?<\/script>|'sha256-[^']*'/gs, '')
}
