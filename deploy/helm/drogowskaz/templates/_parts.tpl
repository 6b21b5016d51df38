{{/* A mapping in one line: it stands in the middle of others. */}}
{{- define "drogowskaz.labels" -}}
{app.kubernetes.io/name: drogowskaz, app.kubernetes.io/instance: {{ .root.Release.Name }}, app.kubernetes.io/component: {{ .part }}}
{{- end }}

{{- define "drogowskaz.settings" -}}
- {name: RASA_URL, value: "http://{{ .Release.Name }}-rasa:5005"}
- {name: ACTIONS_URL, value: "http://{{ .Release.Name }}-actions:5055/webhook"}
- {name: PUBLIC_URL, value: {{ .Values.publicUrl | quote }}}
- {name: METRICS_PORT, value: "9100"}
- {name: METRICS_HOST, value: "0.0.0.0"}
# The network policy lets only the ingress controller reach the API, and it says whom it serves.
- {name: FORWARDED_ALLOW_IPS, value: "*"}
{{- end }}

{{- define "drogowskaz.hardened" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: 10001
capabilities: {drop: [ALL]}
seccompProfile: {type: RuntimeDefault}
{{- end }}
