package ddbtable_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/ddb/ddbtable"
)

// zipped is a compressed response. DynamoDB's sum is that of the compressed
// bytes.
func zipped(body string) *http.Response {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, body) // a bytes.Buffer takes all
	_ = w.Close()
	return with(sealed(b.String()), "Content-Encoding", "gzip")
}

// pack makes responses like resp, with another body.
func pack(resp *http.Response) (body []byte, unpack func(body []byte) *http.Response) {
	body, _ = io.ReadAll(resp.Body) // of what is in memory
	return body, func(body []byte) *http.Response {
		again := *resp
		again.Header = resp.Header.Clone()
		again.Body = io.NopCloser(bytes.NewReader(body))
		return &again
	}
}

// acceptsGzip lets the client take compressed responses.
func acceptsGzip(o *dynamodb.Options) { o.EnableAcceptEncodingGzip = true }

// Whichever bit of a response is wrong, the result is an error or right; and a
// write that was answered is not sent again.
func TestNoFlippedBitGivesAWrongResult(t *testing.T) {
	bothWays(t, func(t *testing.T, way ...ddbtable.Option) {
		for _, a := range apiCalls {
			want := a.rightAnswer(t, way...)
			for name, answer := range map[string]func(string) *http.Response{"plain": sealed, "gzip": zipped} {
				body, unpack := pack(answer(a.answer))
				client, c := newCanned(func(int) *http.Response { return unpack(body) }, acceptsGzip)
				refused := 0
				for bit := range 8 * len(body) {
					c.bodies = nil
					body[bit/8] ^= 1 << (bit % 8)
					got, err := a.call(t, client, way...)
					body[bit/8] ^= 1 << (bit % 8)
					switch {
					case err == nil && show(got) != want:
						t.Fatalf("%s, %s, bit %d: %s, want %s", a.operation, name, bit, show(got), want)
					case err != nil && !a.isCorrupt(err):
						t.Fatalf("%s, %s, bit %d: %v", a.operation, name, bit, err)
					case err != nil:
						refused++
					}
					if attempts := len(c.bodies); a.write && attempts != 1 || !a.write && err != nil && attempts != 2 {
						t.Fatalf("%s, %s, bit %d was sent %d times", a.operation, name, bit, attempts)
					}
				}
				if refused == 0 {
					t.Errorf("%s, %s: no flipped bit was found", a.operation, name)
				}
			}
		}
	})
}

// What is malformed, though its sum is right, is an error without an item, and is
// asked for again where that is safe.
func TestMalformedItemsAreDamage(t *testing.T) {
	items := []string{
		`{"id":{"S":"a","N":"1"}}`, `{"id":{"S":7}}`, `{"id":[]}`, `{"id":{"S":"\x"}}`,
		`{"id":{"B":"Y"}}`, `{"id":{"S":"a"},"tags":{"SS":{}}}`, `{"id":{"S":"a"},"n":{"N":7}}`,
	}
	bothWays(t, func(t *testing.T, way ...ddbtable.Option) {
		for _, item := range items {
			for _, a := range apiCalls {
				if !strings.Contains(a.answer, coinJSON) || a.operation == "BatchWriteItem" {
					continue
				}
				client, c := newCanned(func(int) *http.Response { return sealed(strings.ReplaceAll(a.answer, coinJSON, item)) })
				got, err := a.call(t, client, way...)
				want := 2
				if a.write {
					want = 1
				}
				told := strings.Count(fmt.Sprint(err), ddbtable.ErrCorruptResponse.Error())
				if !a.isCorrupt(err) || told != 1 || len(c.bodies) != want || strings.Contains(show(got), "ID:a") {
					t.Errorf("%s of %s, sent %d times: %s %v", a.operation, item, len(c.bodies), show(got), err)
				}
			}
		}
	})
}

// A batch that answers with what is no key answers with one that nobody asked for.
func TestABatchWithAKeyThatIsNoneIsDamaged(t *testing.T) {
	bothWays(t, func(t *testing.T, way ...ddbtable.Option) {
		for _, key := range []string{"{\"id\":{\"S\":\"\xff\"}}", `{"id":{"S":"b"}}`, `{"n":{"N":"7"}}`} {
			client, _ := newCanned(func(int) *http.Response { return sealed(`{"Responses":{"coins":[` + key + `]}}`) })
			_, err := ddbtable.Collect(ddbtable.Open(client, coins, way...).GetAll(slices.Values([]ddbtable.Key[coin]{ddbtable.KeyOf(coinID.Eq("a"))})).All(t.Context()))
			if !errors.Is(err, ddbtable.ErrCorruptResponse) || !strings.Contains(err.Error(), "a key that was not asked for") {
				t.Errorf("%q: %v", key, err)
			}
		}
	})
}

// A refusal is not believed if a bit of it is wrong, so that no Old is; and as
// nothing was written, it is safe to ask again.
func TestNoFlippedBitOfARefusalGivesAWrongOldItem(t *testing.T) {
	refusals := map[string]struct {
		body string
		run  func(ctx context.Context, client ddbtable.Client, t *ddbtable.Table[coin]) error
	}{
		"Create": {
			`{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","Message":"no","Item":` + coinJSON + `}`,
			func(ctx context.Context, _ ddbtable.Client, t *ddbtable.Table[coin]) error {
				_, err := t.Create(coin{"a", 9, nil}).Run(ctx)
				return err
			},
		},
		"transaction": {
			`{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"no","CancellationReasons":[{"Code":"ConditionalCheckFailed","Item":` + coinJSON + `}]}`,
			func(ctx context.Context, client ddbtable.Client, t *ddbtable.Table[coin]) error {
				return ddbtable.WriteTransaction(client, t.Create(coin{"a", 9, nil})).Run(ctx)
			},
		},
	}
	bothWays(t, func(t *testing.T, way ...ddbtable.Option) {
		for of, r := range refusals {
			for name, answer := range map[string]func(string) *http.Response{"plain": sealed, "gzip": zipped} {
				body, unpack := pack(answer(r.body))
				client, c := newCanned(func(int) *http.Response {
					resp := unpack(body)
					resp.StatusCode = http.StatusBadRequest
					return resp
				}, acceptsGzip)
				table := ddbtable.Open(client, coins, way...)
				refused := 0
				for bit := -1; bit < 8*len(body); bit++ { // -1 is none
					c.bodies = nil
					if bit >= 0 {
						body[bit/8] ^= 1 << (bit % 8)
					}
					err := r.run(t.Context(), client, table)
					if bit >= 0 {
						body[bit/8] ^= 1 << (bit % 8)
					}
					failed, ok := errors.AsType[*ddbtable.ConditionError[coin]](err)
					switch {
					case ok && failed.Old != nil && show(failed.Old) == "&{ID:a N:7 Tags:[x]}" && len(c.bodies) == 1:
					case bit >= 0 && errors.Is(err, ddbtable.ErrCorruptResponse) && !strings.Contains(err.Error(), "was applied") && len(c.bodies) == 2:
						refused++
					default:
						t.Fatalf("%s, %s, bit %d, sent %d times: %v", of, name, bit, len(c.bodies), err)
					}
				}
				if refused == 0 {
					t.Errorf("%s, %s: no flipped bit was found", of, name)
				}
			}
		}
	})
}

// A refusal whose sum is wrong is asked for again, and the second answer counts.
func TestADamagedRefusalIsAskedForAgain(t *testing.T) {
	bothWays(t, func(t *testing.T, way ...ddbtable.Option) {
		client, c := newCanned(func(attempt int) *http.Response {
			if attempt > 1 {
				return sealed("{}")
			}
			resp := with(sealed(`{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}`), "X-Amz-Crc32", "0")
			resp.StatusCode = http.StatusBadRequest
			return resp
		})
		_, err := ddbtable.Open(client, coins, way...).Create(coin{"a", 9, nil}).Run(t.Context())
		if err != nil || len(c.bodies) != 2 {
			t.Errorf("sent %d times: %v", len(c.bodies), err)
		}
	})
}

// What may be sent again is, and gives the right result when the second
// response is intact.
func TestReadsAndTransactionsAreTriedAgain(t *testing.T) {
	bothWays(t, func(t *testing.T, way ...ddbtable.Option) {
		for _, a := range apiCalls {
			want := a.rightAnswer(t, way...)
			for name, answer := range map[string]func(string) *http.Response{"plain": sealed, "gzip": zipped} {
				body, unpack := pack(answer(a.answer))
				client, c := newCanned(func(attempt int) *http.Response {
					if attempt == 1 {
						return unpack(body[:len(body)-1])
					}
					return unpack(body)
				}, acceptsGzip)
				got, err := a.call(t, client, way...)
				switch {
				case a.write && (!a.isCorrupt(err) || len(c.bodies) != 1):
					t.Errorf("%s, %s, sent %d times: %v, want %v", a.operation, name, len(c.bodies), err, ddbtable.ErrCorruptResponse)
				case !a.write && (err != nil || show(got) != want || len(c.bodies) != 2):
					t.Errorf("%s, %s, sent %d times: %s %v, want %s", a.operation, name, len(c.bodies), show(got), err, want)
				case !a.write && c.bodies[0] != c.bodies[1]:
					t.Errorf("%s, %s sent %s and then %s", a.operation, name, c.bodies[0], c.bodies[1])
				}
			}
		}
	})
}

func TestDamagedResponsesAreErrors(t *testing.T) {
	tests := []struct {
		name string
		resp func(body string) *http.Response
		want string // of the error; "" for none
	}{
		{"no sum", func(body string) *http.Response { return with(sealed(body), "X-Amz-Crc32", "") }, ""},
		{"a sum that is no number", func(body string) *http.Response { return with(sealed(body), "X-Amz-Crc32", "x") }, "is no number"},
		{"a sum over 32 bits", func(body string) *http.Response { return with(sealed(body), "X-Amz-Crc32", "4294967296") }, "is no number"},
		{"a negative sum", func(body string) *http.Response { return with(sealed(body), "X-Amz-Crc32", "-1") }, "is no number"},
		{"another sum", func(body string) *http.Response { return with(sealed(body), "X-Amz-Crc32", "0") }, "its CRC32 is not that of"},
		{"nothing", func(string) *http.Response { return sealed("") }, "it is empty"},
		{"nothing, and no sum", func(string) *http.Response { return with(sealed(""), "X-Amz-Crc32", "") }, "it is empty"},
		{"nothing in gzip", func(string) *http.Response { return with(sealed(""), "Content-Encoding", "gzip") }, "EOF"},
		{"gzip that is empty", func(string) *http.Response { return zipped("") }, "it is empty"},
		{"cut JSON, and no sum", func(body string) *http.Response { return with(sealed(body[:len(body)-1]), "X-Amz-Crc32", "") }, ""},
		{"no JSON", func(string) *http.Response { return sealed("<html>") }, ""},
		{"sum of the plain text with gzip", func(body string) *http.Response { return with(zipped(body), "X-Amz-Crc32", "1") }, ""},
	}
	bothWays(t, func(t *testing.T, way ...ddbtable.Option) {
		for _, tt := range tests {
			for _, a := range apiCalls {
				client, _ := newCanned(func(int) *http.Response { return tt.resp(a.answer) }, acceptsGzip)
				got, err := a.call(t, client, way...)
				good := tt.name == "no sum" || strings.HasPrefix(tt.name, "sum of the plain")
				switch {
				case good && (err != nil || show(got) != a.rightAnswer(t, way...)):
					t.Errorf("%s of %s: %s %v", a.operation, tt.name, show(got), err)
				case !good && (!a.isCorrupt(err) || !strings.Contains(err.Error(), tt.want)):
					t.Errorf("%s of %s: %v, want %v: …%s…", a.operation, tt.name, err, ddbtable.ErrCorruptResponse, tt.want)
				}
			}
		}
	})
}

// A brokenBody ends with an error.
type brokenBody struct {
	io.Reader
	err error
}

func (b brokenBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = b.err
	}
	return n, err
}

// A context that ends while the answer is read is told, and so is that the
// write was applied.
func TestContextMayEndInAnAnswer(t *testing.T) {
	bothWays(t, func(t *testing.T, way ...ddbtable.Option) {
		for _, a := range apiCalls {
			ctx, cancel := context.WithCancel(t.Context())
			client, c := newCanned(func(int) *http.Response {
				cancel()
				resp := sealed(a.answer)
				resp.Body = io.NopCloser(brokenBody{strings.NewReader(a.answer[:1]), context.Canceled})
				return resp
			})
			_, err := a.run(ctx, client, ddbtable.Open(client, coins, way...))
			if !errors.Is(err, context.Canceled) || len(c.bodies) != 1 || a.write && !a.isCorrupt(err) {
				t.Errorf("%s, sent %d times: %v", a.operation, len(c.bodies), err)
			}
		}
	})
}
