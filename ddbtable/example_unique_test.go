package ddbtable_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
)

// A Member has an address that no other has, if it has one, and a name that is
// taken once in each team.
type Member struct {
	_     struct{} `ddb:"type,discriminator,from=member"`
	ID    string   `ddb:"id,partition"`
	Email *string  `ddb:"email,omitzero"`
	Team  string   `ddb:"team"`
	Name  string   `ddb:"name"`
}

var (
	MemberID    = ddbtable.Attr(func(m *Member) *string { return &m.ID })
	MemberEmail = ddbtable.Attr(func(m *Member) **string { return &m.Email })
	MemberTeam  = ddbtable.Attr(func(m *Member) *string { return &m.Team })
	MemberName  = ddbtable.Attr(func(m *Member) *string { return &m.Name })

	Members = ddbtable.MustDefine[Member]("members",
		ddbtable.Unique(MemberEmail),
		ddbtable.Unique[Member](MemberTeam, MemberName),
		ddbtable.Counted(MemberTeam))
)

// Nobody else gets a name that is taken. It is free again when its item
// changes it, or is deleted; the number of members of a team is kept with it.
func ExampleUnique_unique() {
	ctx := context.Background()
	db, err := embedded.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	members := ddbtable.Open(db.Client(), Members)
	if err := members.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}

	if _, err := members.Create(Member{ID: "m1", Team: "blue", Name: "ada"}).Run(ctx); err != nil {
		log.Fatal(err)
	}
	_, err = members.Create(Member{ID: "m2", Team: "blue", Name: "ada"}).Run(ctx)
	if taken, ok := errors.AsType[*ddbtable.UniqueError](err); ok {
		fmt.Println("taken:", taken.Attributes)
	}
	fmt.Println(err)

	if _, err := members.Update(MemberID.Eq("m1")).Change(MemberName.Set("grace")).Run(ctx); err != nil {
		log.Fatal(err)
	}
	if _, err := members.Create(Member{ID: "m2", Team: "blue", Name: "ada"}).Run(ctx); err != nil {
		log.Fatal(err)
	}
	n, err := members.Counter(ctx, MemberTeam.Eq("blue"))
	fmt.Println(n, "in the team", err)
	n, err = members.Scan().Count(ctx)
	fmt.Println(n, "in the table", err)
	// Output:
	// taken: [team name]
	// ddbtable: create members: unique team + name: another item has it already; choose another value
	// 2 in the team <nil>
	// 2 in the table <nil>
}
