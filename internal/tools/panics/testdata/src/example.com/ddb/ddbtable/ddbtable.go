package ddbtable

import (
	"errors"
	"fmt"
)

type table struct{}

func MustDefine(err error) {
	if err != nil {
		panic(err)
	}
}

func Attr() {
	func() { panic("the selector leaves the probe") }()
}

func MustOpen(err error) {
	panic(err) // want `panic outside MustDefine, Attr and impossible states; return an error, or start its text with "ddbtable: internal error"`
}

func (table) Attr() {
	panic("a method is not the constructor") // want `panic outside`
}

var opened = func() int { panic("too early") }() // want `panic outside`

func impossible(n int) {
	switch n {
	case 0:
		panic("ddbtable: internal error: no such form")
	case 1:
		panic(fmt.Sprintf("ddbtable: internal error: form %d", n))
	case 2:
		panic("ddbtable: internal error: form " + fmt.Sprint(n))
	case 3:
		panic(errors.New("fields: internal error: no plan"))
	case 4:
		panic(fmt.Sprintf("form %d", n)) // want `panic outside`
	}
	panic(n) // want `panic outside`
}

func shadowed(panic func(string)) {
	panic("not the built-in one")
}
