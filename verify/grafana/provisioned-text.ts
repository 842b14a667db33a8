/**
 * A text of a provisioning file as Grafana takes it: $$ is a $, and ${NAME}, $__env{NAME} and $NAME are environment variables. Which of
 * those are
 * set is not known here, so they stay; but none is called like Grafana's own variables (${__value.raw}): written with one $, nothing is
 * left of them.
 * https://grafana.com/docs/grafana/latest/administration/provisioning/#using-environment-variables
 */
export function provisioned(text: string): string {
  return text
    .split('$$')
    .map((part) => part.replace(/\$\{__[^}]*\}|\$__(?!env\{|file\{|vault\{)\w+/g, ''))
    .join('$')
}
