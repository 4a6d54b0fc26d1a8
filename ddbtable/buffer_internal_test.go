package ddbtable

import (
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// fixed is a transport that gives every request the same answer.
type fixed string

func (f fixed) Do(req *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, req.Body); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(string(f))), ContentLength: int64(len(f))}, nil
}

// largestPooled takes the buffers out of the pool and returns the size of the
// largest.
func largestPooled() int {
	most := 0
	for range 20 {
		most = max(most, cap(newBuffer().bytes))
	}
	return most
}

// A page of 1 MB is read again and again in the same memory. What is far larger,
// once, is not kept for ever.
func TestHugeBuffersAreNotPooled(t *testing.T) {
	type blob struct {
		ID   string `ddb:"id,partition"`
		Body []byte `ddb:"body"`
	}
	def, huge := MustDefine[blob]("blobs"), bytes.Repeat([]byte("x"), 2*maxPooled)
	open := func(answer string) *Table[blob] {
		return Open(dynamodb.New(dynamodb.Options{
			Region: "us-east-1", Credentials: aws.AnonymousCredentials{}, HTTPClient: fixed(answer),
		}), def)
	}
	id := Attr(func(b *blob) *string { return &b.ID })
	for what, call := range map[string]func() error{
		"request": func() error {
			_, err := open(`{}`).Put(blob{"a", huge}).Run(t.Context())
			return err
		},
		"response": func() error {
			got, err := open(`{"Item":{"id":{"S":"a"},"body":{"B":"`+base64.StdEncoding.EncodeToString(huge)+`"}}}`).Get(t.Context(), id.Eq("a"))
			if err == nil && !bytes.Equal(got.Body, huge) {
				t.Error("the answer was not read")
			}
			return err
		},
	} {
		largestPooled()
		for range 3 {
			if err := call(); err != nil {
				t.Fatal(err)
			}
		}
		if got := largestPooled(); got > maxPooled {
			t.Errorf("the buffer of a huge %s is kept: %d bytes", what, got)
		}
	}
}
