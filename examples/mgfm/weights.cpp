#include "weights.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <variant>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/data/split.hpp"
#include "mgkit/encode/dste.hpp"
#include "mgkit/encode/embed.hpp"
#include "mgkit/encode/sttr.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/skeleton/joint_name.hpp"
#include "mgkit/version.hpp"

namespace mgfm {

using namespace mgkit;

namespace {

using tensor = eigen::tensor<float>;

constexpr const char* landmark = "ske_emb.t_embedding.0.weight";

/// The prefix of the encoder's names: the only one, or the first that is known.
std::string find_prefix(const io::safetensors_file& file) {
    std::vector<std::string> found;
    for (const auto& entry : file.entries())
        if (entry.name.ends_with(landmark)) {
            std::string prefix =
                entry.name.substr(0, entry.name.size() - std::string(landmark).size());
            if (file.contains(prefix + "spe")) found.push_back(std::move(prefix));
        }
    if (found.size() == 1) return found[0];
    for (const char* known : {"backbone.", "", "model.backbone.", "module.backbone.", "model."})
        if (std::find(found.begin(), found.end(), known) != found.end()) return known;
    if (found.empty())
        throw error(file.path(), "an encoder with USDRL's names (backbone.spe, backbone.ske_emb.*)",
                    text(file.entries().size(), " other tensors"),
                    "write it with mgfm pretrain, or rename the tensors");
    throw error(file.path(), "one encoder",
                text(found.size(), ", below ", found[0], " and ", found[1]), "keep one of them");
}

int number_from(const weight_facts& facts, const char* key, int otherwise) {
    const std::string stored = facts.says(key);
    if (stored.empty()) return otherwise;
    int value = 0;
    const auto end = std::from_chars(stored.data(), stored.data() + stored.size(), value);
    if (end.ec != std::errc() || end.ptr != stored.data() + stored.size() || value < 1)
        throw error(facts.file->path() + ": metadata '" + key + "'", "a number above 0", stored);
    return value;
}

/// Extents of a tensor of `rank` dimensions, each between 1 and a million.
std::vector<int> extents(const weight_facts& facts, const std::string& name, std::size_t rank) {
    const auto& shape = facts.file->shape(facts.prefix + name);
    std::vector<int> out;
    for (const auto extent : shape)
        if (extent >= 1 && extent <= 1000000) out.push_back(static_cast<int>(extent));
    if (shape.size() != rank || out.size() != rank)
        throw error(facts.file->path() + ": tensor " + facts.prefix + name,
                    text(rank, " dimensions of 1 to 1000000"), io::shape_text(shape));
    return out;
}

void expect(const weight_facts& facts, const std::string& name, const std::vector<int>& wanted) {
    if (extents(facts, name, wanted.size()) == wanted) return;
    throw error(facts.file->path() + ": tensor " + facts.prefix + name,
                "shape (" + list_of(wanted) + "), as the other tensors imply",
                io::shape_text(facts.file->shape(facts.prefix + name)), "the file is damaged");
}

void read_sizes(weight_facts& f) {
    const auto spe = extents(f, "spe", 3);
    f.tokens = spe[1];
    f.width = spe[2];
    const int columns = extents(f, landmark, 2)[1];
    const int rows = extents(f, "ske_emb.s_embedding.0.weight", 2)[1];
    if (columns % f.tokens != 0 || rows % (columns / f.tokens) != 0)
        throw error(f.file->path(), text("embeddings of a multiple of ", f.tokens, " joints"),
                    text(columns, " and ", rows, " columns"), "the file is damaged");
    f.channels = columns / f.tokens;
    f.frames = rows / f.channels;
    // Square tensors that must be in the file: sizes that only a header claims go no further.
    expect(f, landmark, {f.width, columns});
    expect(f, "ske_emb.t_embedding.3.weight", {f.width, f.width});
    if (f.file->contains(f.prefix + "t_tr.layers.0.self_attn.in_proj_weight")) {
        f.kind = "sttr";
        while (
            f.file->contains(text(f.prefix, "t_tr.layers.", f.layers, ".self_attn.in_proj_weight")))
            ++f.layers;
        return;
    }
    f.kind = "dste";
    expect(f, "t_tr.DSA.wt1.weight", {f.frames, f.frames});
    expect(f, "s_tr.DSA.wt1.weight", {f.tokens, f.tokens});
}

/// The reader's channels and joints against the encoder's. Returns whether confidence is fed.
bool check_fit(const weight_facts& f, const corpus& from) {
    const auto& shape = from.clips.shape;
    const std::string path = f.file->path();
    const int points = shape.joints * shape.persons;
    if (f.tokens != points)
        throw error(path,
                    text("an encoder of ", shape.joints, " joints x ", shape.persons,
                         shape.persons == 1 ? " person" : " persons", ", as the clips have"),
                    text("one of ", f.tokens, " tokens"), "use weights of this kind of skeleton");
    const int coordinates = skeleton::coordinates(shape.layout);
    const bool confidence = f.channels == coordinates + 1 && skeleton::has_confidence(shape.layout);
    if (f.channels != coordinates && !confidence)
        throw error(path,
                    text("an encoder of ", coordinates, " channels, as the clips have (",
                         skeleton::name(shape.layout), ")"),
                    text("one of ", f.channels));
    const std::string channels = f.says("channels");
    const std::string fed = text(coordinates == 2 ? "xy" : "xyz", confidence ? "c" : "");
    if (!channels.empty() && channels != fed)
        throw error(path, text("an encoder of channels ", fed, ", as the clips have"), channels);
    const std::string names = f.says("joints");
    if (names.empty()) return confidence;
    const auto trained = io::as<std::vector<std::string>>(
        io::parse_json(names, path + ": metadata 'joints'"), path + ": metadata 'joints'");
    const auto& present = from.clips.topology.joints;
    for (std::size_t j = 0; j < std::max(trained.size(), present.size()); ++j) {
        const std::string a = j < trained.size() ? trained[j] : "none";
        const std::string b = j < present.size() ? present[j] : "none";
        if (!(skeleton::parse_joint_name(a) == skeleton::parse_joint_name(b)))
            throw error(path, text("an encoder trained on these joints (joint ", j, ": ", b, ")"),
                        a, "bring the joints of the clips into the order of the training set");
    }
    return confidence;
}

encode::clip_input input_for(const weight_facts& f, const corpus& from) {
    return {from.clips.topology,
            from.clips.shape,
            {.frames = f.frames,
             .stream = skeleton::parse_stream(f.stream),
             .confidence = check_fit(f, from)}};
}

using any_encoder = std::variant<encode::dste<tensor>, encode::sttr<tensor>>;

any_encoder build(context& ctx, const weight_facts& f, const encode::clip_input& input) {
    const nn::scope at(ctx, "backbone");
    if (f.kind == "sttr")
        return encode::sttr<tensor>(at, {input.extents(), f.width, f.heads, f.layers});
    return encode::dste<tensor>(at, {.clip = input.extents(),
                                     .width = f.width,
                                     .heads = f.heads,
                                     .gap = f.gap,
                                     .alpha = f.alpha});
}

}  // namespace

std::string weight_facts::says(const std::string& key) const {
    const auto found = file->metadata().find(key);
    return found == file->metadata().end() ? std::string() : found->second;
}

weight_facts read_facts(const encoder_options& options) {
    weight_facts f;
    f.file = std::make_shared<const io::safetensors_file>(options.weights);
    f.prefix = find_prefix(*f.file);
    read_sizes(f);
    f.gap = number_from(f, "gap", f.gap);
    const int stored = number_from(f, "heads", 0);
    if (stored > 0 && options.heads > 0 && stored != options.heads)
        throw error(options.weights, text("--heads ", stored, ", as the file says"),
                    text(options.heads), "leave --heads out");
    f.heads = std::max({1, stored, options.heads});
    if (stored == 0 && options.heads == 0)
        f.notes.push_back(
            "the file does not say how many heads the encoder has: 1 is assumed "
            "(--heads)");
    const std::string stream = f.says("stream");
    if (!stream.empty()) f.stream = stream;
    if (!options.stream.empty()) {
        f.stream = options.stream;
        if (!stream.empty() && stream != options.stream)
            f.notes.push_back("--stream " + options.stream +
                              ", where the encoder was trained on the " + stream + " stream");
    }
    return f;
}

io::text_map facts_to_keep(const corpus& from, const data_options& data, const model_options& model,
                           const std::string& stream) {
    const auto& clips = from.clips;
    const auto number = [](auto value) { return std::to_string(value); };
    io::text_map out{
        {"program", "mgfm pretrain"},
        {"version", mgkit::version},
        {"encoder", "dste"},
        {"frames", number(model.frames)},
        {"width", number(model.width)},
        {"heads", number(model.heads)},
        {"gap", number(encode::dste_settings{}.gap)},
        {"stream", stream},
        {"channels", text(skeleton::coordinates(clips.shape.layout) == 2 ? "xy" : "xyz",
                          data.confidence ? "c" : "")},
        {"joints", io::json(clips.topology.joints).dump()},
        {"persons", number(clips.shape.persons)},
        {"data", clips.about.name}};
    out.merge(data.words());
    return out;
}

struct stored_encoder::state {
    context ctx;
    encode::clip_input input;
    any_encoder model;

    state(const weight_facts& f, const corpus& from, std::uint64_t seed, int threads)
        : ctx{.seed = seed, .threads = threads},
          input(input_for(f, from)),
          model(build(ctx, f, input)) {}
};

stored_encoder::stored_encoder(const weight_facts& f, const corpus& from, std::uint64_t seed,
                               int threads, bool load)
    : state_(std::make_unique<state>(f, from, seed, threads)) {
    if (!load) return;
    std::visit(
        [&](auto& model) {
            nn::load(state_->ctx, model, *f.file,
                     {.prefix = f.prefix, .ignore_extra = f.prefix.empty()});
        },
        state_->model);
}
stored_encoder::stored_encoder(const weight_facts& f, const corpus& from, int threads)
    : stored_encoder(f, from, 0, threads, true) {}
stored_encoder stored_encoder::untrained(const weight_facts& f, const corpus& from,
                                         std::uint64_t seed, int threads) {
    return {f, from, seed, threads, false};
}
stored_encoder::~stored_encoder() = default;
stored_encoder::stored_encoder(stored_encoder&&) noexcept = default;

const encode::clip_input& stored_encoder::input() const {
    return state_->input;
}

data::feature_table stored_encoder::embed(const data::clip_set& clips,
                                          const std::function<void(int)>& on_rows) {
    constexpr int block = 512;  // whole batches, so that blocks change nothing
    data::feature_table out;
    for (int first = 0; first < clips.size(); first += block) {
        std::vector<int> rows(static_cast<std::size_t>(std::min(block, clips.size() - first)));
        for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = first + static_cast<int>(i);
        const data::clip_set part = clips.subset(rows);
        const auto table = std::visit(
            [&](auto& model) { return encode::embed(state_->ctx, model, state_->input, part); },
            state_->model);
        out.rows += table.rows;
        out.columns = table.columns;
        out.values.insert(out.values.end(), table.values.begin(), table.values.end());
        if (on_rows) on_rows(static_cast<int>(out.rows));
    }
    return out;
}

encoder_and_clips open_encoder(const encoder_options& encoder, data_options& data, int threads) {
    encoder_and_clips out{read_facts(encoder), {}};
    for (const std::string& difference : data.adopt(out.facts.file->metadata()))
        out.facts.notes.push_back(difference);
    out.from = load(data, threads);
    settle_reference(out.from, data, mgkit::data::all_of(out.from.clips));
    for (const std::string& note : out.facts.notes) say("note: " + note);
    return out;
}

}  // namespace mgfm
