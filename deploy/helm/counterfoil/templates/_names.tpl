{{- define "counterfoil.name" -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "counterfoil.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "counterfoil.image" -}}
{{ printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end -}}

{{- define "counterfoil.env" -}}
- name: COUNTERFOIL_DB
  value: {{ required "database.url is needed: postgres://user@host/database" .Values.database.url | quote }}
- name: PGPASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ required "database.existingSecret is needed: the secret with the password" .Values.database.existingSecret }}
      key: {{ .Values.database.passwordKey }}
{{- with .Values.database.certificates }}
{{- if .existingSecret }}
- name: PGSSLROOTCERT
  value: /etc/counterfoil/database/ca.crt
{{- if .client }}
- name: PGSSLCERT
  value: /etc/counterfoil/database/tls.crt
- name: PGSSLKEY
  value: /etc/counterfoil/database/tls.key
{{- end }}
{{- end }}
{{- end }}
- name: COUNTERFOIL_ARTIFACTS
  value: {{ required "artifacts.root is needed: s3://bucket/prefix" .Values.artifacts.root | quote }}
{{- with .Values.artifacts.endpoint }}
- name: AWS_ENDPOINT_URL_S3
  value: {{ . | quote }}
{{- end }}
- name: AWS_REGION
  value: {{ .Values.artifacts.region | quote }}
{{- with .Values.artifacts.existingSecret }}
{{- range $key := list "AWS_ACCESS_KEY_ID" "AWS_SECRET_ACCESS_KEY" }}
- name: {{ $key }}
  valueFrom:
    secretKeyRef: { name: {{ $.Values.artifacts.existingSecret }}, key: {{ $key }} }
{{- end }}
{{- end }}
- name: TEMPORAL_ADDRESS
  value: {{ .Values.temporal.address | quote }}
- name: TEMPORAL_NAMESPACE
  value: {{ .Values.temporal.namespace | quote }}
{{- with .Values.temporal.existingSecret }}
- name: TEMPORAL_API_KEY
  valueFrom:
    secretKeyRef: { name: {{ . }}, key: TEMPORAL_API_KEY }
{{- end }}
{{- with .Values.temporal.certificates }}
{{- if .existingSecret }}
- name: TEMPORAL_TLS_CLIENT_CERT_PATH
  value: /etc/counterfoil/temporal/tls.crt
- name: TEMPORAL_TLS_CLIENT_KEY_PATH
  value: /etc/counterfoil/temporal/tls.key
{{- if .ca }}
- name: TEMPORAL_TLS_SERVER_CA_CERT_PATH
  value: /etc/counterfoil/temporal/ca.crt
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.payloadKeys.existingSecret }}
- name: COUNTERFOIL_PAYLOAD_KEYS
  valueFrom:
    secretKeyRef: { name: {{ . }}, key: COUNTERFOIL_PAYLOAD_KEYS }
{{- end }}
{{- with .Values.webhook.existingSecret }}
- name: COUNTERFOIL_WEBHOOK_SECRET
  valueFrom:
    secretKeyRef: { name: {{ . }}, key: COUNTERFOIL_WEBHOOK_SECRET }
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
- name: COUNTERFOIL_LOG_LEVEL
  value: {{ .Values.logLevel }}
{{- end -}}

{{/* What each pod has in common; takes the name of the component and the root. */}}
{{- define "counterfoil.pod" -}}
serviceAccountName: {{ include "counterfoil.name" . }}
automountServiceAccountToken: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: { type: RuntimeDefault }
volumes:
  - name: tmp
    emptyDir: {}
  - name: work
    emptyDir: {}
{{- range $name := list "database" "temporal" }}
{{- with (index $.Values $name).certificates.existingSecret }}
  - name: {{ $name }}-certificates
    secret: { secretName: {{ . }}, defaultMode: 0440 }
{{- end }}
{{- end }}
{{- end -}}

{{- define "counterfoil.container" -}}
image: {{ include "counterfoil.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
volumeMounts:
  - { name: tmp, mountPath: /tmp }
  - { name: work, mountPath: /home/counterfoil }
{{- range $name := list "database" "temporal" }}
{{- if (index $.Values $name).certificates.existingSecret }}
  - { name: {{ $name }}-certificates, mountPath: /etc/counterfoil/{{ $name }}, readOnly: true }
{{- end }}
{{- end }}
env: {{ include "counterfoil.env" . | nindent 2 }}
{{- end -}}
