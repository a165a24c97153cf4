import java.io.File;
import union.client.JSON;
import union.client.model.Definition;

/** Reads a definition with every kind of step that is planned, and writes it again. */
public final class Union {
  public static void main(String[] arguments) throws Exception {
    var mapper = JSON.getDefault().getMapper();
    var definition = mapper.readValue(new File(arguments[0]), Definition.class);
    mapper.writeValue(new File(arguments[1]), definition);
  }
}
