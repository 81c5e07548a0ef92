#include "rows.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "mgkit/data/read_folder.hpp"
#include "mgkit/data/synthetic.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/recipe_json.hpp"
#include "mgkit/report/json.hpp"

namespace mgfm {

using namespace mgkit;
using report::feature_kind;

namespace {

constexpr const char* format = "mgfm rows 2";

std::string key(feature_kind kind, const std::string& stream, int fold, std::uint64_t seed,
                const recipe& made_of) {
    return text(report::name(kind), "/", stream, "/", fold, "/", seed, "/", made_of.key().hex());
}

/// The parts of `from` that `names` has.
recipe same_parts(const recipe& from, const recipe& names) {
    recipe out;
    for (const auto& [name, words] : names.parts()) {
        (void)words;
        out.set(name, std::string(from.words(name)));
    }
    return out;
}
recipe other_parts(const recipe& from, const recipe& names) {
    recipe out;
    for (const auto& [name, words] : from.parts())
        if (names.words(name).empty()) out.set(name, words);
    return out;
}

/// The public sets this program was tried on; none of them has micro-gestures. Nothing is known
/// about others.
report::micro_gestures contains_micro_gestures(const data::provenance& about) {
    if (about.synthetic) return report::micro_gestures::no;
    for (const char* known :
         {"Northwestern-UCLA", "MSRC-12", "Motions: 33 people", "Gesture Phase"})
        if (about.name.starts_with(known)) return report::micro_gestures::no;
    return report::micro_gestures::unknown;
}

}  // namespace

row_store::row_store(std::string path, recipe study, const recipe& data)
    : path_(std::move(path)), study_(std::move(study)) {
    if (!path_.empty() && std::filesystem::exists(path_)) read(data);
}

void row_store::read(const recipe& data) {
    const io::json file = io::read_json(path_);
    if (io::get_or<std::string>(file, "format", "", path_) != format) {
        io::get<std::string>(file, "run", path_);  // what earlier versions wrote
        notes_.push_back("the rows in " + path_ + " are of another version: all are computed anew");
        return;
    }
    const auto part = [&](const char* name, const io::json& from) {
        return io::recipe_from_json(io::get<io::json>(from, name, path_), path_ + ": " + name);
    };
    const recipe before = part("study", file);
    const auto settings = compare(other_parts(study_, data), other_parts(before, data));
    if (!settings.names.empty() && !io::get<bool>(file, "finished", path_))
        throw error(path_, "rows of this study (" + settings.wanted + ")",
                    "those of another that was not finished (" + settings.found + ")",
                    "finish it with its own settings, use another --work folder, or remove "
                    "this one");
    const auto content = compare(data, same_parts(before, data));
    if (!content.names.empty())
        notes_.push_back("the rows in " + path_ + " are of other data or of another version (" +
                         content.list() + "): all are computed anew");
    else if (!settings.names.empty())
        notes_.push_back("the rows in " + path_ + " are of other settings (" + settings.list() +
                         "): those that depend on them are computed anew");
    for (const auto& entry : io::get<std::vector<io::json>>(file, "rows", path_)) {
        stored one{report::row_from_json(entry, path_), part("made_of", entry)};
        if (!(same_parts(one.made_of, data) == data)) continue;
        const auto& r = one.row;
        rows_.emplace(key(r.features, r.stream, r.fold, r.seed, one.made_of), std::move(one));
    }
    written_ =
        settings.names.empty() && content.names.empty() && io::get<bool>(file, "finished", path_);
}

bool row_store::has(feature_kind kind, const std::string& stream, int fold, std::uint64_t seed,
                    const recipe& made_of) {
    std::string wanted = key(kind, stream, fold, seed, made_of);
    const bool found = rows_.contains(wanted);
    if (std::find(asked_.begin(), asked_.end(), wanted) == asked_.end()) {
        asked_.push_back(std::move(wanted));
        used_again_ += found;
    }
    return found;
}

void row_store::add(report::study_row row, const recipe& made_of) {
    has(row.features, row.stream, row.fold, row.seed, made_of);
    std::string at = key(row.features, row.stream, row.fold, row.seed, made_of);
    rows_.insert_or_assign(std::move(at), stored{std::move(row), made_of});
    write(false);
}

std::vector<report::study_row> row_store::rows() const {
    std::vector<report::study_row> out;
    for (const std::string& wanted : asked_) {
        const auto found = rows_.find(wanted);
        if (found != rows_.end()) out.push_back(found->second.row);
    }
    return out;
}

void row_store::finish() {
    if (!written_) write(true);
}

void row_store::write(bool finished) {
    written_ = finished;
    if (path_.empty()) return;
    io::json rows = io::json::array();
    for (const auto& [at, one] : rows_) {
        io::json row = report::to_json(one.row, report::answers::keep);
        row["made_of"] = io::to_json(one.made_of);
        rows.push_back(std::move(row));
    }
    io::write_json(path_, {{"format", format},
                           {"study", io::to_json(study_)},
                           {"finished", finished},
                           {"rows", rows}});
}

std::vector<probe::clip_view> side::views() const {
    std::vector<probe::clip_view> out;
    for (int i = 0; i < clips.size(); ++i) out.push_back(clips.clip(i));
    return out;
}

data::feature_table side::raw(const encode::clip_input& input) const {
    data::feature_table out{static_cast<std::size_t>(clips.size()), input.size(), {}};
    out.values.resize(out.rows * out.columns);
    encode::clip_input::scratch work;
    for (std::size_t i = 0; i < out.rows; ++i)
        input.write_whole(clips.clip(static_cast<int>(i)), out.row(i), work);
    return out;
}

fold_sides::fold_sides(const corpus& from, const std::string& stated, const named_split& splits,
                       std::size_t at, int thread_count)
    : fold(static_cast<int>(at)),
      threads(thread_count),
      reference(reference_of(from, stated, splits.folds[at].train)) {
    const data::clip_set& clips = positioned(from, splits.folds[at].train);
    train.clips = clips.subset(splits.folds[at].train);
    test.clips = clips.subset(splits.folds[at].test);
}

report::study_row fold_sides::row(feature_kind kind, const std::string& stream,
                                  std::uint64_t seed) const {
    report::study_row r;
    r.features = kind;
    r.stream = stream;
    r.fold = fold;
    r.seed = seed;
    r.clip = test.clips.ids;
    r.subject = test.clips.subjects;
    r.chosen.push_back({"reference", reference});
    return r;
}

report::study_row fold_sides::majority(const std::string& stream) const {
    auto out = row(feature_kind::majority, stream, 0);
    const auto result = probe::majority(train.clips.labels, test.clips.labels, classes());
    report::add_knn(out, result);
    report::add_linear(out, result);
    return out;
}

probed_row probed(const fold_sides& sides, feature_kind kind, const std::string& stream,
                  std::uint64_t seed, const data::feature_table& train,
                  const data::feature_table& test, std::span<const int> labels) {
    probed_row out{sides.row(kind, stream, seed), {}};
    report::add_knn(out.row, retrieve(train, labels, test, sides.test.clips.labels, sides.classes(),
                                      sides.threads));
    auto linear =
        linear_probe(train, sides.train.clips, labels, test, sides.test.clips, sides.threads);
    report::add_linear(out.row, linear.scores);
    out.row.chosen.push_back({"ridge", text(linear.ridge)});
    out.linear = std::move(linear.scores);
    return out;
}

report::study_data describe(const corpus& from, const std::string& folder) {
    const auto& clips = from.clips;
    report::study_data out;
    out.name = clips.about.name;
    out.clips = clips.size();
    out.subjects = static_cast<int>(subjects(clips).size());
    out.excluded = from.excluded();
    out.class_names = clips.class_names;
    out.class_groups = clips.class_groups;
    for (const auto& j : clips.topology.joints) out.joint_names.emplace_back(j);
    out.bones = clips.topology.bones();
    out.synthetic = clips.about.synthetic;
    out.generator = clips.about.generator;
    out.folder = folder;
    out.contains = contains_micro_gestures(clips.about);
    if (!clips.about.caveat.empty()) out.notes.push_back(clips.about.caveat);
    return out;
}

namespace {

constexpr const char* digest_name = "data digest";
constexpr const char* zeros_name = "joints at 0";
constexpr const char* not_finite_name = "NaN and infinity";

}  // namespace

void add_identity(std::vector<report::setting>& settings, const corpus& from,
                  const data_options& data) {
    settings.push_back({digest_name, data::digest_of(from.read).hex()});
    settings.push_back({zeros_name, data.zeros});
    settings.push_back({not_finite_name, data.not_finite});
}

found_clips clips_of_run(const std::vector<report::setting>& settings, const std::string& folder) {
    const auto told = [&](const char* name) {
        for (const auto& s : settings)
            if (s.name == name) return s.value;
        return std::string();
    };
    data_options how;
    how.zeros = told(zeros_name);
    how.not_finite = told(not_finite_name);
    found_clips out{
        folder.empty() ? data::make_synthetic() : data::read_folder(folder, policy(how)).clips,
        true};
    const std::string wanted = told(digest_name);
    out.same = wanted.empty() || wanted == data::digest_of(out.clips).hex();
    return out;
}

std::vector<double> class_counts(const data::clip_set& clips) {
    std::vector<double> out(clips.class_names.size());
    for (const int label : clips.labels) ++out[static_cast<std::size_t>(label)];
    return out;
}

report::study_clip drawn(const data::clip_set& clips, int i) {
    const auto view = clips.clip(i);
    report::study_clip out;
    out.pose.resize(view.shape, view.length);
    std::copy_n(view.values, view.shape.size(), out.pose.view().values);
    out.label = clips.labels[static_cast<std::size_t>(i)];
    out.caption = text("subject ", clips.subjects[static_cast<std::size_t>(i)]);
    out.row = clips.ids[static_cast<std::size_t>(i)];
    return out;
}

std::vector<report::study_retrieval> examples(const fold_sides& sides,
                                              const data::feature_table& train,
                                              const data::feature_table& test, int count,
                                              std::size_t hits) {
    std::vector<report::study_retrieval> out;
    const auto& labels = sides.test.clips.labels;
    const int clips = sides.test.clips.size();
    count = std::min(count, clips);
    std::set<int> shown_classes;
    for (int e = 0; e < count; ++e) {
        // From here on, the next clip of a class that has not been shown yet.
        const int start = static_cast<int>(static_cast<long long>(e) * clips / count);
        int query = start;
        while (query < clips && shown_classes.contains(labels[static_cast<std::size_t>(query)]))
            ++query;
        if (query == clips) query = start;
        shown_classes.insert(labels[static_cast<std::size_t>(query)]);
        const int one[] = {query};
        const auto found = nearest(train, test.subset(one), hits, sides.threads);
        report::study_retrieval shown{drawn(sides.test.clips, query), {}};
        for (std::size_t j = 0; j < found.k; ++j)
            shown.hits.push_back({drawn(sides.train.clips, found.index[j]), found.cosine[j]});
        out.push_back(std::move(shown));
    }
    return out;
}

}  // namespace mgfm
