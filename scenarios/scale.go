package scenarios

import (
	"math"
	"reflect"
	"time"
)

// Scaled returns the scenario with each of its durations multiplied by Scale,
// what it tells clients to wait before they come back as well, and itself where
// there is nothing to multiply.
func (s *Scenario) Scaled() *Scenario {
	if s.Scale == 0 || s.Scale == 1 {
		return s
	}
	scaled := scale(reflect.ValueOf(*s), s.Scale).Interface().(Scenario)
	scaled.Scale = 1
	return &scaled
}

var duration = reflect.TypeFor[time.Duration]()

// retry scales milliseconds; some remain, for 0 says nothing to the client.
func retry(milliseconds int, by float64) int {
	if milliseconds <= 0 {
		return milliseconds
	}
	return int(max(1, min(float64(milliseconds)*by, math.MaxInt32)))
}

// ours reports whether a type is a struct of this package.
func ours(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t.PkgPath() == reflect.TypeFor[Scenario]().PkgPath()
}

// scale copies a value as deep as durations may lie in it.
func scale(v reflect.Value, by float64) reflect.Value {
	switch v.Kind() {
	case reflect.Struct:
		c := reflect.New(v.Type()).Elem()
		c.Set(v)
		for i := range v.NumField() {
			if c.Field(i).CanSet() {
				c.Field(i).Set(scale(v.Field(i), by))
			}
		}
		switch s := c.Addr().Interface().(type) {
		case *StreamEdit:
			s.Retry = retry(s.Retry, by)
		case *Prime:
			s.Retry = retry(s.Retry, by)
		}
		return c
	case reflect.Pointer:
		if v.IsNil() || !ours(v.Type().Elem()) {
			return v
		}
		c := reflect.New(v.Type().Elem())
		c.Elem().Set(scale(v.Elem(), by))
		return c
	case reflect.Slice:
		if v.IsNil() || !ours(v.Type().Elem()) {
			return v
		}
		c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			c.Index(i).Set(scale(v.Index(i), by))
		}
		return c
	case reflect.Int64:
		if v.Type() == duration && v.Int() != 0 { // some remains, for 0 says something else: for ever, or not at all
			scaled := float64(v.Int()) * by
			if scaled >= math.MaxInt64 {
				return reflect.ValueOf(time.Duration(math.MaxInt64))
			}
			return reflect.ValueOf(max(1, time.Duration(scaled)))
		}
	}
	return v
}
