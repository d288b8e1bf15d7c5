package stubs

import (
	"maps"
	"slices"

	"github.com/mcpmock/mcpmock/internal/near"
)

// formats are what JSON Schema (2020-12 validation, "Defined Formats") and those
// who write schemas for MCP servers mean by format. Of each there is what a text
// of that format is surely like, so that none is refused that is of it; "" where
// nothing is sure enough.
var formats = map[string]string{
	"date":      `^` + date + `$`,
	"time":      `^` + clock + `$`,
	"date-time": `^` + date + `[Tt]` + clock + `$`,
	"duration":  `^[+-]?P(T?[0-9][0-9.,]*[YMWDHS])+$`,

	"email": `^.+@[^\s@]+$`, "idn-email": `^.+@[^\s@]+$`,
	"hostname": `^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?\.?$`, "idn-hostname": `^\S+$`,
	"ipv4": `^` + octet + `(\.` + octet + `){3}$`,
	"ipv6": `^[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*$`,

	"uri": `^[A-Za-z][A-Za-z0-9+.-]*:\S*$`, "uri-reference": `^\S*$`,
	"iri": `^[A-Za-z][A-Za-z0-9+.-]*:\S*$`, "iri-reference": `^\S*$`, "uri-template": "",
	"uuid":         `^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`,
	"json-pointer": `^` + pointer + `$`, "relative-json-pointer": `^[0-9]+(#|` + pointer + `)$`,
	"regex": "",

	// What OpenAPI, pydantic and zod say beyond that.
	"int32": "", "int64": "", "uint32": "", "uint64": "", "float": "", "double": "", "decimal": "", "byte": "", "binary": "", "password": "",
	"path": "", "file-path": "", "directory-path": "", "multi-host-uri": "", "name-email": "", "json-string": "", "color": "", "phone": "",
	"uuid1": "", "uuid3": "", "uuid4": "", "uuid5": "", "uuid6": "", "uuid7": "", "uuid8": "", "guid": "",
	"ipvanyaddress": "", "ipvanyinterface": "", "ipvanynetwork": "", "ipv4network": "", "ipv6network": "", "ipv4interface": "", "ipv6interface": "",
	"cuid": "", "cuid2": "", "ulid": "", "xid": "", "ksuid": "", "nanoid": "", "jwt": "", "base64": "", "base64url": "", "emoji": "", "e164": "",
	"cidrv4": "", "cidrv6": "", "lowercase": "", "uppercase": "",
}

const (
	date    = `[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])`
	clock   = `([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])`
	octet   = `(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])`
	pointer = `(/([^/~]|~[01])*)*`
)

// formatName checks what the keyword format has: any word (2020-12 validation,
// "Custom format attributes"), but none that is a slip for one that is known.
func formatName(at spot, v any) error {
	name, ok := v.(string)
	if !ok {
		return at.errorf("it must be a text, such as date-time")
	}
	if _, known := formats[name]; known {
		return nil
	}
	var held []string // by which something would be refused
	for _, known := range slices.Sorted(maps.Keys(formats)) {
		if formats[known] != "" {
			held = append(held, known)
		}
	}
	if meant := near.Word(name, held); meant != "" {
		return at.errorf("there is no format %q: did you mean %q?", name, meant)
	}
	return nil
}

// assertFormats has each part of a schema refuse texts that are not of its
// format, which JSON Schema leaves to those who use it, by a pattern beside its
// own.
func (r *reading) assertFormats() {
	for _, p := range r.parts {
		name, _ := p.keys["format"].(string)
		if like := formats[name]; like != "" {
			all, _ := p.keys["allOf"].([]any)
			p.keys["allOf"] = append(slices.Clip(all), map[string]any{"pattern": like})
		}
	}
}
