package main

import (
	"bytes"
	"context"
	"errors"
	"hash/crc32"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/google/uuid"

	"example.com/ddb/fields"
	"example.com/ddb/internal/wire"
	"example.com/ddb/model"
)

// This file is the floor: a reader and writer of orders written by hand for
// this one type, on the bytes themselves. It checks what ddbtable checks: the
// sum of the answer, the types, the form of ids and numbers, the status, the
// derived attribute, that no name comes twice and that nothing follows the end.
// Taking one layout alone does much of that.

var errWire = errors.New("answer is not what was expected")

// appendOrder writes an order as DynamoDB JSON.
func appendOrder(dst []byte, o *model.Order) []byte {
	dst = appendID(append(dst, `{"order_id":{"S":"`...), &o.ID)
	dst = appendID(append(dst, `"},"user_id":{"S":"`...), &o.UserID)
	dst = appendID(append(dst, `"},"product_id":{"S":"`...), &o.ProductID)
	dst = strconv.AppendInt(append(dst, `"},"created":{"N":"`...), o.Created.Unix(), 10)
	dst = strconv.AppendInt(append(dst, `"},"order_status":{"N":"`...), int64(o.Status), 10)
	dst = strconv.AppendInt(append(dst, `"},"order_status_created":{"S":"`...), int64(o.Status), 10)
	dst = strconv.AppendInt(append(dst, '_'), o.Created.Unix(), 10)
	return append(dst, `"}}`...)
}

func appendID(dst []byte, id *uuid.UUID) []byte {
	const digits = "0123456789abcdef"
	for i, b := range id {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = append(dst, digits[b>>4], digits[b&15])
	}
	return dst
}

// hex has the value of each lower-case digit, and 255 for all else.
var hex = func() (table [256]byte) {
	for i := range table {
		table[i] = 255
	}
	for i, c := range []byte("0123456789abcdef") {
		table[c] = byte(i)
	}
	return table
}()

// A page is a reader of the answer to a query for orders.
type page struct {
	data []byte
	pos  int
	err  error
}

func (p *page) fail() { p.err = errWire }

// text passes over text, which must come next.
func (p *page) text(text string) {
	if !p.is(text) {
		p.fail()
	}
}

func (p *page) is(text string) bool {
	rest := p.data[p.pos:]
	if len(rest) < len(text) || string(rest[:len(text)]) != text {
		return false
	}
	p.pos += len(text)
	return true
}

// idAt is where the digits of each byte of a UUID stand.
var idAt = [16]int{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34}

func (p *page) id(id *uuid.UUID) {
	if len(p.data)-p.pos < 36 {
		p.fail()
		return
	}
	text := (*[36]byte)(p.data[p.pos:])
	wrong := text[8] ^ '-' | text[13] ^ '-' | text[18] ^ '-' | text[23] ^ '-'
	for i, at := range idAt {
		hi, lo := hex[text[at]], hex[text[at+1]]
		wrong |= (hi | lo) & 0x80
		id[i] = hi<<4 | lo
	}
	if wrong != 0 {
		p.fail()
	}
	p.pos += 36
}

func (p *page) int() int64 {
	v, start := int64(0), p.pos
	for p.pos < len(p.data) && p.data[p.pos]-'0' <= 9 {
		v = v*10 + int64(p.data[p.pos]-'0')
		p.pos++
	}
	if n := p.pos - start; n == 0 || n > 18 {
		p.fail()
	}
	return v
}

// order reads an order whose attributes come in the order in which DynamoDB
// sends them here. Another order would need a switch over the names, which the
// floor does without.
func (p *page) order(o *model.Order) {
	p.text(`{"order_id":{"S":"`)
	p.id(&o.ID)
	p.text(`"},"user_id":{"S":"`)
	p.id(&o.UserID)
	p.text(`"},"product_id":{"S":"`)
	p.id(&o.ProductID)
	p.text(`"},"created":{"N":"`)
	created := p.int()
	o.Created = time.Unix(created, 0).UTC()
	p.text(`"},"order_status":{"N":"`)
	o.Status = model.Status(p.int())
	p.text(`"},"order_status_created":{"S":"`)
	o.StatusCreated = fields.IntInt{First: p.int()}
	p.text("_")
	o.StatusCreated.Second = p.int()
	p.text(`"}}`)
	if !o.Status.Valid() || o.StatusCreated.First != int64(o.Status) || o.StatusCreated.Second != created {
		p.fail()
	}
}

// items reads all of an answer.
func (p *page) items(into []model.Order) []model.Order {
	p.text(`{"Items":[`)
	for p.err == nil {
		n := len(into)
		into = append(into, model.Order{})
		p.order(&into[n])
		if !p.is(",") {
			break
		}
	}
	p.text(`],"Count":`)
	p.int()
	p.text(`,"ScannedCount":`)
	p.int()
	p.text(`}`)
	p.end()
	return into
}

// end fails if anything is left.
func (p *page) end() {
	if p.pos != len(p.data) {
		p.fail()
	}
}

// bodies are the memory of answers.
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// withBody calls read with the answer's bytes, whose sum is right.
func withBody(resp *smithyhttp.Response, read func([]byte) error) error {
	b := bodies.Get().(*bytes.Buffer)
	defer bodies.Put(b)
	b.Reset()
	b.Grow(int(resp.ContentLength) + bytes.MinRead)
	if _, err := b.ReadFrom(resp.Body); err != nil {
		return err
	}
	sum, err := strconv.ParseUint(resp.Header.Get("X-Amz-Crc32"), 10, 32)
	if err != nil || crc32.ChecksumIEEE(b.Bytes()) != uint32(sum) {
		return errWire
	}
	return read(b.Bytes())
}

// A handProtocol reads the answer to a query by hand, in the same place of the
// SDK's call in which ddbtable does.
type handProtocol struct {
	smithyhttp.ClientProtocol
	request []byte
	read    func(answer []byte) error
}

func (p *handProtocol) enter(o *dynamodb.Options) {
	p.ClientProtocol, o.Protocol = o.Protocol, p
	o.DisableValidateResponseChecksum = true
}

func (p *handProtocol) SerializeRequest(_ context.Context, schema *smithy.OperationSchema, _ smithy.Serializable, req *smithyhttp.Request) error {
	return start(schema, req, p.request)
}

func (p *handProtocol) DeserializeResponse(_ context.Context, _ *smithy.OperationSchema, _ *smithy.TypeRegistry, resp *smithyhttp.Response, _ smithy.Deserializable) error {
	return withBody(resp, p.read)
}

// planItems reads an answer with ddbtable's compiled plan and nothing else of
// ddbtable: what a query takes beyond that is planner, page and cursor.
func planItems[T any](plan *fields.Plan[T], answer []byte, items *[]T) error {
	reader, err := plan.Reader(nil)
	if err != nil {
		return err
	}
	defer reader.Close()
	scan := wire.NewScanner(answer)
	err = scan.Each('{', '}', func(name []byte) error {
		if string(name) != "Items" {
			_, err := scan.Skip()
			return err
		}
		return scan.Each('[', ']', func([]byte) error {
			return scan.Take(func(json []byte) ([]byte, error) {
				*items = append(*items, *new(T))
				return reader.Next(json, &(*items)[len(*items)-1])
			})
		})
	})
	if err == nil {
		err = scan.End()
	}
	return err
}
