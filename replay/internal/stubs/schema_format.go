package stubs

// formats are those of JSON Schema (2020-12 validation, "Defined Formats"), and
// what a text of each is surely like. Servers hold them less strictly than their
// RFCs do, or not at all, so what is taken here is what any of them takes: times
// without a zone, or a UUID without dashes. Any other format takes every text.
var formats = map[string]string{
	"date":      `^` + date + `$`,
	"time":      `^` + clock + `$`,
	"date-time": `^` + date + `[Tt ]` + clock + `$`,
	"duration":  `^[+-]?P(T?[0-9][0-9.,]*[YMWDHS])+$`,

	"email": `^.+@[^\s@]+$`, "idn-email": `^.+@[^\s@]+$`,
	"hostname": `^[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?\.?$`, "idn-hostname": `^\S+$`,
	"ipv4": `^` + octet + `(\.` + octet + `){3}$`,
	"ipv6": `^[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*(%.+)?$`,

	"uri": `^[A-Za-z][A-Za-z0-9+.-]*:\S*$`, "uri-reference": `^\S*$`,
	"iri": `^[A-Za-z][A-Za-z0-9+.-]*:\S*$`, "iri-reference": `^\S*$`,
	"uuid":         `^(urn:uuid:)?\{?[0-9A-Fa-f]{8}(-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12}\}?$`,
	"json-pointer": `^` + pointer + `$`, "relative-json-pointer": `^[0-9]+(#|` + pointer + `)$`,
}

const (
	date    = `[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])`
	clock   = `([01][0-9]|2[0-3]):[0-5][0-9](:([0-5][0-9]|60)([.,][0-9]+)?)?( ?([Zz]|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?))?`
	octet   = `(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])`
	pointer = `(/([^/~]|~[01])*)*`
)
