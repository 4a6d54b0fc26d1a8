package ddbtest_test

import (
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
	"example.com/ddb/ddbtable/embedded"
)

// openEngine opens an engine that outlives the tests inside this one.
func openEngine(t *testing.T) *embedded.DB {
	t.Helper()
	db, err := embedded.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func tables(t *testing.T, client *dynamodb.Client) []string {
	t.Helper()
	out, err := client.ListTables(t.Context(), new(dynamodb.ListTablesInput))
	if err != nil {
		t.Fatal(err)
	}
	return out.TableNames
}

func TestTablesAreGoneWhenTheirTestEnds(t *testing.T) {
	client := openEngine(t).Client()
	names := make(map[string]bool)
	for _, name := range []string{"one", "another/with odd.chars é", strings.Repeat("long", 100)} {
		t.Run(name, func(t *testing.T) {
			for range 2 {
				table := ddbtest.Table(t, client, Notes)
				if names[table.Name()] || len(table.Name()) > 255 {
					t.Errorf("the table's name is %q", table.Name())
				}
				names[table.Name()] = true
			}
			for _, there := range tables(t, client) {
				if !names[there] {
					t.Errorf("there is a table %q", there)
				}
			}
		})
		if left := tables(t, client); len(left) > 0 {
			t.Errorf("tables that are left: %q", left)
		}
	}
}

func TestATestMayDeleteItsTableItself(t *testing.T) {
	client := openEngine(t).Client()
	t.Run("inner", func(t *testing.T) {
		if err := ddbtest.Table(t, client, Notes).DeleteTable(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestOptionsOverruleWhatTableChooses(t *testing.T) {
	client := openEngine(t).Client()
	if table := ddbtest.Table(t, client, Notes, ddbtable.TableName("fixed")); table.Name() != "fixed" {
		t.Errorf("the table's name is %q", table.Name())
	}
}

func TestEachTestHasAnEngineOfItsOwn(t *testing.T) {
	t.Setenv("DDB_ENDPOINT", "")
	var ended *dynamodb.Client
	t.Run("first", func(t *testing.T) {
		ended = ddbtest.Client(t)
		if table := ddbtest.Table(t, ended, Notes); !slices.Equal(tables(t, ended), []string{table.Name()}) {
			t.Errorf("the first client finds %q", tables(t, ended))
		}
		if found := tables(t, ddbtest.Client(t)); len(found) > 0 {
			t.Errorf("a second client finds %q", found)
		}
	})
	if _, err := ended.ListTables(t.Context(), new(dynamodb.ListTablesInput)); !errors.Is(err, embedded.ErrClosed) {
		t.Errorf("after the test its engine answers %v", err)
	}
}

func TestTheEnvironmentNamesAnotherEngine(t *testing.T) {
	db := openEngine(t)
	server := httptest.NewServer(db)
	defer server.Close()
	t.Setenv("DDB_ENDPOINT", server.URL)
	t.Run("inner", func(t *testing.T) {
		table := ddbtest.Table(t, ddbtest.Client(t), Notes)
		if err := keep(t.Context(), table, Note{ID: "n1"}); err != nil {
			t.Error(err)
		}
		if found := tables(t, db.Client()); !slices.Equal(found, []string{table.Name()}) {
			t.Errorf("the engine at DDB_ENDPOINT has the tables %q", found)
		}
	})
	if left := tables(t, db.Client()); len(left) > 0 {
		t.Errorf("tables that are left: %q", left)
	}
}

func TestAnEngineThatFailsEndsTheTest(t *testing.T) {
	db := openEngine(t)
	db.Inject(embedded.Fault{Effect: embedded.FailBefore, Operation: "CreateTable"})
	defer func() {
		if text, _ := recover().(string); !strings.HasPrefix(text, "ddbtest: ddbtable: create table ") {
			t.Errorf("the test ends with %q", text)
		}
	}()
	table := ddbtest.Table(&exampleT{TB: t}, db.Client(), Notes)
	t.Error("the test went on, with", table.Name())
}
